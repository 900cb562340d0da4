"""Rewrites of layers that segmentors share."""
from . import embed, up_conv_block, upsample  # noqa: F401
