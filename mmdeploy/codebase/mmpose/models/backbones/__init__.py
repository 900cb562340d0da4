"""Rewrites of MMPose's backbones."""
from .litehrnet import cross_resolution_weighting__forward

__all__ = ['cross_resolution_weighting__forward']
