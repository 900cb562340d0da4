"""Rewrites of MMPose's detectors."""
from .top_down import top_down__forward

__all__ = ['top_down__forward']
