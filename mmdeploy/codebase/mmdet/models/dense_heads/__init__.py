"""Heads that predict at every place of the feature maps."""
from .base_dense_head import base_dense_head__get_bbox, base_dense_head__get_bboxes__ncnn
from .fovea_head import fovea_head__get_bboxes
from .gfl_head import gfl_head__get_bbox
from .reppoints_head import reppoints_head__get_bboxes, reppoints_head__points2bbox
from .rpn_head import rpn_head__get_bboxes, rpn_head__get_bboxes__ncnn
from .ssd_head import ssd_head__get_bboxes__ncnn
from .tood_head import tood_head__deform_sampling, tood_head__forward, tood_head__get_bboxes
from .vfnet_head import vfnet_head__star_dcn_offset
from .yolo_head import yolov3_head__get_bboxes, yolov3_head__get_bboxes__ncnn
from .yolox_head import yolox_head__get_bboxes, yolox_head__get_bboxes__ncnn

__all__ = [
    'base_dense_head__get_bbox', 'fovea_head__get_bboxes', 'gfl_head__get_bbox', 'reppoints_head__get_bboxes',
    'reppoints_head__points2bbox', 'rpn_head__get_bboxes', 'tood_head__deform_sampling', 'tood_head__forward',
    'tood_head__get_bboxes', 'vfnet_head__star_dcn_offset', 'yolov3_head__get_bboxes',
    'yolox_head__get_bboxes', 'base_dense_head__get_bboxes__ncnn', 'rpn_head__get_bboxes__ncnn',
    'ssd_head__get_bboxes__ncnn', 'yolov3_head__get_bboxes__ncnn', 'yolox_head__get_bboxes__ncnn'
]
