"""Rewrites of mmcv's layers."""
from .transformer import MultiHeadAttentionop, multiheadattention__forward__ncnn

__all__ = ['multiheadattention__forward__ncnn', 'MultiHeadAttentionop']
