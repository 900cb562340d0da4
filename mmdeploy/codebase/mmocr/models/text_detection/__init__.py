"""Rewrites of text detectors."""
from .single_stage_text_detector import single_stage_text_detector__simple_test

__all__ = ['single_stage_text_detector__simple_test']
