"""Rewrites of models of MMOCR."""
from .text_detection import *  # noqa: F401,F403
from .text_recognition import *  # noqa: F401,F403
