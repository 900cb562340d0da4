"""Passes over the graph while it is exported."""
from .optimize_onnx import optimize_onnx

__all__ = ['optimize_onnx']
