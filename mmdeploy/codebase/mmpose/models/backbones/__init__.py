"""Rewrites of MMPose's backbones."""
from .litehrnet import cross_resolution_weighting__forward
from .swin import shift_window_msa__forward

__all__ = ['cross_resolution_weighting__forward', 'shift_window_msa__forward']
