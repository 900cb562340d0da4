"""Exports to TorchScript."""
from .trace import trace

__all__ = ['trace']
