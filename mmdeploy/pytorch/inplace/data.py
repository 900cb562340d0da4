"""`torch.Tensor.data` while PyTorch traces."""
from collections.abc import Callable
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import IR

from .functionalize import UnsupportedWriteError

# PyTorch does not record it: what is written to `x.data` would be lost without a word.
_DATA = torch._C._TensorBase.data


def _get(tensor: torch.Tensor) -> torch.Tensor:
    """Return what the trace knows as a view; the tracer asks for modules' parameters with tracing off."""
    return _DATA.__get__(tensor) if torch._C._get_tracing_state() is None else tensor.detach()


def _set(tensor: torch.Tensor, data: torch.Tensor) -> None:
    """Refuse what the trace cannot tell; modules that move to where they are already set what is there."""
    if torch._C._get_tracing_state() is not None and not data.is_set_to(tensor):
        raise UnsupportedWriteError('cannot export an assignment to Tensor.data: write to the tensor itself, or '
                                    'compute a new one')
    _DATA.__set__(tensor, data)


def with_traced_data(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a function while `x.data` is `x.detach()` to the tracer."""
    if 'data' in vars(torch.Tensor):
        return function(*args, **kwargs)  # an export within another one
    torch.Tensor.data = property(_get, _set, _DATA.__delete__)
    try:
        return function(*args, **kwargs)
    finally:
        del torch.Tensor.data


@FUNCTION_REWRITER.register_rewriter(func_name='torch.onnx.utils._trace_and_get_graph_from_model')
def trace_and_get_graph__data(ctx, *args: Any, **kwargs: Any) -> Any:
    """Trace with `x.data` recorded."""
    return with_traced_data(ctx.origin_func, *args, **kwargs)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.jit.trace', ir=IR.TORCHSCRIPT)
def trace__data(ctx, *args: Any, **kwargs: Any) -> Any:
    """Trace with `x.data` recorded."""
    return with_traced_data(ctx.origin_func, *args, **kwargs)
