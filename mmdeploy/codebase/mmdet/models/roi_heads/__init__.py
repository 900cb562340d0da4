"""The second stage."""
from .bbox_head import bbox_head__forward, bbox_head__get_bboxes
from .cascade_roi_head import cascade_roi_head__simple_test
from .fcn_mask_head import fcn_mask_head__get_seg_masks
from .single_level_roi_extractor import (
    single_roi_extractor__forward,
    single_roi_extractor__forward__openvino,
    single_roi_extractor__forward__tensorrt,
    single_roi_extractor__forward__torchscript,
)
from .standard_roi_head import standard_roi_head__simple_test
from .test_mixins import bbox_test_mixin__simple_test_bboxes, mask_test_mixin__simple_test_mask

__all__ = [
    'bbox_head__get_bboxes', 'bbox_head__forward', 'cascade_roi_head__simple_test', 'fcn_mask_head__get_seg_masks',
    'single_roi_extractor__forward', 'single_roi_extractor__forward__openvino',
    'single_roi_extractor__forward__tensorrt', 'single_roi_extractor__forward__torchscript',
    'standard_roi_head__simple_test', 'bbox_test_mixin__simple_test_bboxes', 'mask_test_mixin__simple_test_mask'
]
