"""Rewrites of models of MMSegmentation."""
from . import backbones, decode_heads, segmentors, utils  # noqa: F401
