"""Rewrites of backbones."""
from . import vit  # noqa: F401
