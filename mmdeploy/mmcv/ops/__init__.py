"""Rewrites of mmcv's operators."""
from .nms import ONNXNMSop, nms_dynamic
from .roi_align import roi_align_default

__all__ = ['ONNXNMSop', 'nms_dynamic', 'roi_align_default']
