"""Rewrites of MMDetection's models."""
from . import dense_heads, detectors, roi_heads  # noqa: F401
