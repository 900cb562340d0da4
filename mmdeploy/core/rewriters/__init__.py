"""Rewriters: how a model is changed for export without touching it."""
from .rewriter_manager import FUNCTION_REWRITER, MODULE_REWRITER, SYMBOLIC_REWRITER, RewriterContext, patch_model

__all__ = [
    'FUNCTION_REWRITER', 'RewriterContext', 'MODULE_REWRITER', 'patch_model',
    'SYMBOLIC_REWRITER'
]
