"""Marks the inputs and outputs of functions in the exported graph.

A model is cut at its marks, and calibration data are taken there.
"""
import functools
import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from mmdeploy.core.rewriters.rewriter_manager import FUNCTION_REWRITER
from mmdeploy.utils import IR, cfg_apply_marks

from .extractor import parse_extractor_io_string
from .optimize import free_name

# Calls of each marked function so far, by the name of its marks.
MARK_FUNCTION_COUNT: dict[str, int] = dict()

# ONNX TensorProto.DataType.
TORCH_DTYPE_TO_ONNX = {
    torch.uint8: 2,
    torch.int8: 3,
    torch.float64: 11,
    torch.float32: 1,
    torch.float16: 10,
    torch.int32: 6,
    torch.int64: 7,
    torch.int16: 5,
    torch.bool: 9,
    torch.complex64: 14,
    torch.complex128: 15,
}


def reset_mark_function_count() -> None:
    """Let the numbers of calls start at 0 again."""
    for name in MARK_FUNCTION_COUNT:
        MARK_FUNCTION_COUNT[name] = 0


class Mark(torch.autograd.Function):
    """Identity that leaves a node `mmdeploy::Mark` in the graph.

    It returns its own input: PyTorch 1.13 records what a Function computes as
    a sub-graph, and an empty one is always exported.
    """

    @staticmethod
    def symbolic(g, x, dtype, shape, func, func_id, type, name, id, attrs):
        """Emit the node."""
        node = g.op(
            'mmdeploy::Mark',
            x,
            dtype_i=TORCH_DTYPE_TO_ONNX[dtype],
            shape_i=shape,
            func_s=func,
            func_id_i=func_id,
            type_s=type,
            name_s=name,
            id_i=id,
            **attrs)
        node.setType(x.type())
        return node

    @staticmethod
    def forward(ctx, x, *args) -> torch.Tensor:
        """Return `x`."""
        return x


@FUNCTION_REWRITER.register_rewriter(
    'mmdeploy.core.optimizers.function_marker.Mark.symbolic')
def mark_symbolic(rewriter, g, x, *args):
    """Emit the node only when the deploy config applies marks."""
    if cfg_apply_marks(rewriter.cfg):
        return rewriter.origin_func(g, x, *args)
    return x


class Calibration:
    """What enters the partitions of a model for one sample.

    Args:
        partitions: of the deploy config; `start` names one or several marks.
    """

    def __init__(self, partitions: Sequence[dict]):
        starts = [partition['start'] for partition in partitions]
        starts = [[start] if isinstance(start, str) else start for start in starts]
        self._markers = [[parse_extractor_io_string(marker) for marker in start] for start in starts]
        self._found: list[tuple[int, int, int, str, np.ndarray]] = []

    def add(self, x: torch.Tensor, func: str, func_id: int, io_type: str, name: str, id: int) -> None:
        """Keep a marked tensor for the partitions that start at the mark."""
        for i, markers in enumerate(self._markers):
            if (func, func_id, io_type) in markers:
                place = markers.index((func, func_id, io_type))
                self._found.append((i, place, id, name, x.detach().cpu().numpy()))

    def tensors(self) -> Iterator[tuple[int, str, np.ndarray]]:
        """Yield partition, name and value of each tensor; the names are those that `extract_partition` gives."""
        taken: set[tuple[int, str]] = set()
        for partition, _, _, name, array in sorted(self._found, key=lambda found: found[:3]):
            name = free_name(name, {own for i, own in taken if i == partition})
            taken.add((partition, name))
            yield partition, name, array


@FUNCTION_REWRITER.register_rewriter(
    'mmdeploy.core.optimizers.function_marker.Mark.forward')
def forward_of_mark(rewriter, ctx, x, dtype, shape, func, func_id, type, name,
                    id, attrs) -> torch.Tensor:
    """Keep the tensor while calibration data are made."""
    calibration = getattr(rewriter, 'calibration', None)
    if calibration is not None and cfg_apply_marks(rewriter.cfg):
        calibration.add(x, func, func_id, type, name, id)
    return rewriter.origin_func(ctx, x, dtype, shape, func, func_id, type,
                                name, id, attrs)


class _Names:
    """Names of one side of a call, and the tensors marked there.

    Args:
        names: one per argument or element of the result.
    """

    def __init__(self, names: Sequence[str]):
        self._names = names
        self._used = 0
        self.count = 0
        self.marked: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def take(self) -> str:
        """Return the next name."""
        if self._used >= len(self._names):
            raise IndexError(
                f'mark() got the names {list(self._names)}, but there are '
                'more values with tensors; give one name per value')
        self._used += 1
        return self._names[self._used - 1]

    def has_new_tensor(self, value: Any) -> bool:
        """Tell whether a nested value holds a tensor not marked yet."""
        if isinstance(value, torch.Tensor):
            return id(value) not in self.marked
        if isinstance(value, dict):
            value = value.values()
        elif not isinstance(value, list | tuple):
            return False
        return any(self.has_new_tensor(item) for item in value)


def _mark_value(value: Any, name: str, names: _Names, apply: Callable) -> Any:
    """Mark the tensors of one nested value, which keeps its structure."""
    if isinstance(value, torch.Tensor):
        if id(value) not in names.marked:
            marked = apply(value, name, names.count)
            names.count += 1
            # Both are kept alive, so that no other tensor gets their id.
            names.marked[id(value)] = (value, marked)
            names.marked[id(marked)] = (marked, marked)
        return names.marked[id(value)][1]
    if isinstance(value, dict):
        return {
            key: _mark_value(item, f'{name}.{key}', names, apply)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        items = [
            _mark_value(item, f'{name}.{i}', names, apply)
            for i, item in enumerate(value)
        ]
        if hasattr(value, '_fields'):
            return type(value)(*items)
        return type(value)(items)
    return value


def mark_tensors(xs: Sequence, func: str, func_id: int, io_type: str,
                 ctx: _Names, attrs: dict, is_inspecting: bool,
                 level: int) -> tuple:
    """Mark the tensors of several values.

    Args:
        xs: arguments, or elements of a result.
        func: name of the function.
        func_id: number of the call.
        io_type: `'input'` or `'output'`.
        ctx: names for the values.
        attrs: further attributes of the nodes.
        is_inspecting: names come from the function's signature.
        level: 0 for the values of a call.
    """

    def apply(x: torch.Tensor, name: str, id: int) -> torch.Tensor:
        with warnings.catch_warnings():
            # The attribute is the traced shape on purpose.
            warnings.simplefilter('ignore', torch.jit.TracerWarning)
            shape = [int(size) for size in x.shape]
        return Mark.apply(x, x.dtype, shape, func, func_id, io_type, name, id,
                          attrs)

    result = []
    for x in xs:
        if is_inspecting or ctx.has_new_tensor(x):
            name = ctx.take()
        else:
            name = ''
        result.append(_mark_value(x, name, ctx, apply))
    return tuple(result)


@FUNCTION_REWRITER.register_rewriter(
    'mmdeploy.core.optimizers.function_marker.mark_tensors',
    ir=IR.TORCHSCRIPT)
def remove_mark__torchscript(ctx, xs: Any, *args, **kwargs):
    """TorchScript has no marks."""
    return xs


def _parameter_names(func: Callable, count: int) -> list[str]:
    """Return one name per positional argument of a call."""
    names = []
    for parameter in inspect.signature(func).parameters.values():
        if parameter.kind == inspect.Parameter.VAR_POSITIONAL:
            rest = range(max(0, count - len(names)))
            return names + [f'{parameter.name}.{i}' for i in rest]
        names.append(parameter.name)
    return names


def mark(func_name: str | None = None,
         inputs: str | Sequence[str] | None = None,
         outputs: str | Sequence[str] | None = None,
         **attrs) -> Callable:
    """Return a decorator that marks what enters and leaves a function.

    Args:
        func_name: name of the marks; by default that of the function.
        inputs: names of the positional arguments that hold tensors; by
            default those of the parameters. Keyword arguments are not marked.
        outputs: a string names the whole result, a sequence names its
            elements; by default the name of the marks.
        attrs: further attributes of the nodes, with PyTorch's suffixes, e.g.
            `scale_f=0.5`.

    A nested value adds `.index` or `.key` to the name per level. More values
    than names raise `IndexError`.
    """
    if isinstance(inputs, str):
        inputs = (inputs, )

    def decorate(func: Callable) -> Callable:
        name = func.__name__ if func_name is None else func_name
        MARK_FUNCTION_COUNT[name] = 0

        def mark_inputs(args: tuple, func_id: int) -> tuple:
            inspecting = inputs is None
            names = _parameter_names(func, len(args)) if inspecting else inputs
            return mark_tensors(args, name, func_id, 'input', _Names(names),
                                attrs, inspecting, 0)

        def mark_outputs(result: Any, func_id: int) -> Any:
            whole = outputs is None or isinstance(outputs, str)
            if not whole and isinstance(result, list | tuple):
                marked = mark_tensors(result, name, func_id, 'output',
                                      _Names(outputs), attrs, False, 0)
                return type(result)(marked)
            label = (outputs or name) if whole else outputs[0]
            return mark_tensors((result, ), name, func_id, 'output',
                                _Names((label, )), attrs, False, 0)[0]

        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            func_id = MARK_FUNCTION_COUNT[name]
            MARK_FUNCTION_COUNT[name] += 1
            args = mark_inputs(args, func_id)
            return mark_outputs(func(*args, **kwargs), func_id)

        return wrapper

    return decorate
