"""Exports to ONNX and cuts ONNX models."""
from . import optimizer  # noqa: F401, registers its rewrites
from .export import export
from .partition import extract_partition

__all__ = ['export', 'extract_partition']
