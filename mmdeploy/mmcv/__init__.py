"""Rewrites of mmcv."""
from .cnn import *  # noqa: F401,F403
from .ops import *  # noqa: F401,F403
