"""Exports to ONNX and cuts ONNX models."""
from .export import export
from .partition import extract_partition

__all__ = ['export', 'extract_partition']
