"""Group normalisation for TensorRT; the operator is in `mmdeploy/op/instance_norm`."""
from mmdeploy.op.instance_norm.symbolic import instance_norm, instance_norm__tensorrt

__all__ = ['instance_norm', 'instance_norm__tensorrt']
