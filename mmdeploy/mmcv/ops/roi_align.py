"""RoIAlign; the operator is in `mmdeploy/op/roi_align`."""
from mmdeploy.op.roi_align.symbolic import roi_align__forward__torchscript, roi_align_default

__all__ = ['roi_align__forward__torchscript', 'roi_align_default']
