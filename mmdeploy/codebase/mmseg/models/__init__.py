"""Rewrites of models of MMSegmentation."""
from . import segmentors  # noqa: F401
