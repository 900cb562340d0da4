"""Rewrites of text detectors, which are mmdet's detectors to the outside."""
from mmdeploy.codebase.mmdet.models.detectors import base_detector__forward

from .fpn_cat import fpnc__forward__tensorrt
from .single_stage_text_detector import single_stage_text_detector__simple_test

__all__ = ['base_detector__forward', 'fpnc__forward__tensorrt', 'single_stage_text_detector__simple_test']
