"""Rewrites of backbones."""
from . import swin, vit  # noqa: F401
