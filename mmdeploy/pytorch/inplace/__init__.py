"""Writes to tensors and to views of them, for graphs that have neither."""
from .data import trace_and_get_graph__data
from .functionalize import remove_inplace_ops__default
from .index_put import index_put__default
from .symbolic import select_scatter__default, slice_scatter__default

__all__ = [
    'index_put__default', 'remove_inplace_ops__default', 'select_scatter__default', 'slice_scatter__default',
    'trace_and_get_graph__data'
]
