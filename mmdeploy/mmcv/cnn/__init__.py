"""Rewrites of mmcv's layers."""
# It registers a rewrite; the names that the package exports are those of MMDeploy.
from . import adaptive_padding  # noqa: F401
from .transformer import MultiHeadAttentionop, multiheadattention__forward__ncnn

__all__ = ['multiheadattention__forward__ncnn', 'MultiHeadAttentionop']
