"""Rewrites of necks."""
from .gap import gap__forward

__all__ = ['gap__forward']
