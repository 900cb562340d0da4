"""Rewrites of layers that segmentors share."""
from . import embed, upsample  # noqa: F401
from .up_conv_block import up_conv_block__forward

__all__ = ['up_conv_block__forward']
