"""Rewrites of PyTorch itself."""
from .functions import *  # noqa: F401,F403
from .inplace import *  # noqa: F401,F403
from .ops import *  # noqa: F401,F403
