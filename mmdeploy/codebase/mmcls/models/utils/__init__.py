"""Rewrites of layers."""
from .attention import multiheadattention__forward__ncnn

__all__ = ['multiheadattention__forward__ncnn']
