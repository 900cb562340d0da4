"""Keeps the tracer out of code that only makes example values."""
from collections.abc import Callable
from typing import Any

import torch


def untraced(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a function without recording it.

    PyTorch 1.13 records what an autograd Function computes as a sub-graph, and fails on many bodies. Sizes that are
    asked for in here are numbers, not values of the graph.
    """
    state = torch._C._get_tracing_state()
    torch._C._set_tracing_state(None)
    try:
        return function(*args, **kwargs)
    finally:
        torch._C._set_tracing_state(state)
