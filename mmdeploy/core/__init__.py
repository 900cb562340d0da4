"""Rewriters, marks and tools for ONNX graphs."""
from .optimizers import *  # noqa: F401,F403
from .rewriters import *  # noqa: F401,F403
