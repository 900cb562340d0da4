"""Runs the steps of a conversion, in this process or in their own."""
from .pipeline_manager import PIPELINE_MANAGER, no_mp

__all__ = ['PIPELINE_MANAGER', 'no_mp']
