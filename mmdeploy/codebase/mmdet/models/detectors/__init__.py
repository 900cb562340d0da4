"""Detectors."""
from .base import base_detector__forward
from .rpn import rpn__simple_test
from .single_stage import single_stage_detector__simple_test
from .two_stage import two_stage_detector__extract_feat, two_stage_detector__simple_test

__all__ = [
    'base_detector__forward', 'rpn__simple_test', 'single_stage_detector__simple_test',
    'two_stage_detector__extract_feat', 'two_stage_detector__simple_test'
]
