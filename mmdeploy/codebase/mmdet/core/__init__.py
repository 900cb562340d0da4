"""Rewrites of mmdet.core."""
from . import bbox  # noqa: F401
from .post_processing import *  # noqa: F401,F403
