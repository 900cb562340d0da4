"""RoIAlign of rotated boxes; the operator is in `mmdeploy/op/roi_align_rotated`."""
from mmdeploy.op.roi_align_rotated.symbolic import roi_align_rotated_default

__all__ = ['roi_align_rotated_default']
