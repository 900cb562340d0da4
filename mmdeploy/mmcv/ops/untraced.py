"""Keeps the tracer out of code that only makes example values."""
from collections.abc import Callable
from typing import Any

import torch


def untraced(function: Callable, *args: Any) -> Any:
    """Call a function without recording it.

    PyTorch 1.13 records what an autograd Function computes as a sub-graph, and fails on many bodies.
    """
    state = torch._C._get_tracing_state()
    torch._C._set_tracing_state(None)
    try:
        return function(*args)
    finally:
        torch._C._set_tracing_state(state)
