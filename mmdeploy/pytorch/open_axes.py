"""Which axes of a model are open while it is exported: the tracer itself knows one size of each only."""
from collections.abc import Mapping
from typing import Any

from mmdeploy.core import FUNCTION_REWRITER

_open_axes: set[int] = set()


@FUNCTION_REWRITER.register_rewriter(func_name='torch.onnx.utils._validate_dynamic_axes')
def validate_dynamic_axes__default(ctx, dynamic_axes: Mapping[str, Any], model: Any, input_names: Any,
                                   output_names: Any) -> None:
    """Note which axes are open, after PyTorch has checked them; it does so before each trace."""
    global _open_axes
    ctx.origin_func(dynamic_axes, model, input_names, output_names)
    inputs = [axes for name, axes in dynamic_axes.items() if name not in (output_names or ())]
    _open_axes = {axis for axes in inputs for axis in axes}


def has_open_axes() -> bool:
    """Tell whether an input of the model that is exported has an open axis."""
    return bool(_open_axes)


def has_open_sizes() -> bool:
    """Tell whether an input of the model that is exported has an open axis beside the batch."""
    return bool(_open_axes - {0})
