"""Task processors of MMDetection."""
from .mmdetection import MMDetection
from .object_detection import ObjectDetection
from .utils import (
    clip_bboxes,
    gather_topk,
    get_post_processing_params,
    pad_with_value,
    pad_with_value_if_necessary,
)

__all__ = [
    'get_post_processing_params', 'clip_bboxes', 'pad_with_value', 'pad_with_value_if_necessary', 'gather_topk',
    'MMDetection', 'ObjectDetection'
]
