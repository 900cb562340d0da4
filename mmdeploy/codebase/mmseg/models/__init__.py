"""Rewrites of models of MMSegmentation."""
from . import backbones, decode_heads  # noqa: F401
from .segmentors import *  # noqa: F401,F403
from .utils import *  # noqa: F401,F403
