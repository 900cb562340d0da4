"""Heads that predict at every place of the feature maps."""
from .base_dense_head import base_dense_head__get_bbox
from .rpn_head import rpn_head__get_bboxes
from .yolo_head import yolov3_head__get_bboxes

__all__ = ['rpn_head__get_bboxes', 'yolov3_head__get_bboxes', 'base_dense_head__get_bbox']
