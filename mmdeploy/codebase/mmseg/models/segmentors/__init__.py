"""Rewrites of whole segmentors."""
from .base import base_segmentor__forward
from .encoder_decoder import encoder_decoder__simple_test

__all__ = ['base_segmentor__forward', 'encoder_decoder__simple_test']
