"""Rewrites of MMDetection's models."""
from . import backbones, necks, transformer  # noqa: F401
from .dense_heads import *  # noqa: F401,F403
from .detectors import *  # noqa: F401,F403
from .roi_heads import *  # noqa: F401,F403
