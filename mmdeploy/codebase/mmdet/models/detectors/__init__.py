"""Detectors."""
from . import base, single_stage, two_stage  # noqa: F401
