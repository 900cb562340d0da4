"""Overrides PyTorch's own symbolic functions, and takes that back.

`torch.onnx.register_custom_op_symbolic` can't tell what it replaces, so a
context inside another one would remove the outer one's symbolic. The registry
behind it can; this is the only place that knows it.
"""
from collections.abc import Callable

from torch.onnx._internal.registration import registry


def override_symbolic(name: str, opset: int,
                      symbolic: Callable) -> Callable[[], None]:
    """Let a symbolic export an ATen operator at one opset.

    Args:
        name: operator without name space, e.g. `squeeze`.
        opset: version of the exported model.
        symbolic: called with the graph and the operator's inputs.

    Returns:
        A function that restores what was there before.
    """
    qualified = f'aten::{name}'
    group = registry.get_function_group(qualified)
    previous = None
    if group is not None and group._functions.overridden(opset):
        previous = group._functions[opset]
    registry.register(qualified, opset, symbolic, custom=True)

    def restore() -> None:
        if previous is not None:
            registry.register(qualified, opset, previous, custom=True)
            return
        registry.unregister(qualified, opset)
        # PyTorch fails on an operator without any symbolic; unknown ones it
        # reports as unsupported.
        if not registry.get_function_group(qualified)._functions:
            del registry._registry[qualified]

    return restore
