"""Passes over the graph while it is exported."""
from .optimize_file import optimize_file
from .optimize_onnx import optimize_onnx

__all__ = ['optimize_file', 'optimize_onnx']
