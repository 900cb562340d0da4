"""Non-maximum suppression that tells who suppressed whom; the operator is in `mmdeploy/op/nms_match`."""
from mmdeploy.op.nms_match.symbolic import ONNXNMSMatchOp

__all__ = ['ONNXNMSMatchOp']
