"""The second stage."""
from .bbox_head import bbox_head__forward, bbox_head__get_bboxes
from .single_level_roi_extractor import (
    single_roi_extractor__forward,
    single_roi_extractor__forward__openvino,
    single_roi_extractor__forward__tensorrt,
)
from .standard_roi_head import standard_roi_head__simple_test
from .test_mixins import bbox_test_mixin__simple_test_bboxes

__all__ = [
    'bbox_head__get_bboxes', 'bbox_head__forward', 'single_roi_extractor__forward',
    'single_roi_extractor__forward__openvino', 'single_roi_extractor__forward__tensorrt',
    'standard_roi_head__simple_test', 'bbox_test_mixin__simple_test_bboxes'
]
