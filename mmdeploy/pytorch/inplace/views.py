"""Which operators give views, how a view is made again, and how what was written to it gets to its base."""
import math
import sys
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch._C import Node, Value

from ..open_axes import has_open_axes
from .graph import Emitter, argument, is_contiguous, is_tensor, is_viewable, scalar_type_of, schema_of, sizes_of


class Step(NamedTuple):
    """From a base to one of its views."""
    # The view of another base.
    regenerate: Callable[[Emitter, Value], Value]
    # The base with a view replaced: emitter, base, new view. None: not possible.
    scatter: Callable[[Emitter, Value, Value], Value] | None


def _clone_of(node: Node) -> Callable[[Emitter, Value], Value]:
    return lambda emitter, base: emitter.clone(node, base).output()


def _slice(node: Node) -> Step:
    rest = list(node.inputs())[1:]
    return Step(_clone_of(node),
                lambda emitter, base, view: emitter.emit('aten::slice_scatter', [base, view, *rest], base))


def _select(node: Node) -> Step:
    rest = list(node.inputs())[1:]
    return Step(_clone_of(node),
                lambda emitter, base, view: emitter.emit('aten::select_scatter', [base, view, *rest], base))


def _narrow(node: Node) -> Step:
    start, length = (argument(node, name).toIValue() for name in ('start', 'length'))
    if not isinstance(start, int) or not isinstance(length, int):
        return Step(_clone_of(node), None)
    end = start + length
    bounds = [node.inputsAt(1), start, sys.maxsize if start < 0 and end == 0 else end, 1]
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::slice_scatter', [base, view, *bounds],
                                                                         base))


def _reshape(node: Node) -> Step | None:
    if not is_viewable(node.inputsAt(0), sizes_of(node.output()) or []):
        return None
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::reshape_as', [view, base], base))


def _self_inverse(node: Node) -> Step:
    rest = list(node.inputs())[1:]
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit(node.kind(), [view, *rest], base))


def _permute(node: Node) -> Step:
    dims = argument(node, 'dims').toIValue()
    if dims is None:
        return Step(_clone_of(node), None)
    positive = [dim % len(dims) for dim in dims]
    inverse = [positive.index(axis) for axis in range(len(dims))]
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::permute', [view, inverse], base))


def _move(node: Node) -> Step:
    back = list(node.inputs())[:0:-1]  # what went to the destination goes to the source
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit(node.kind(), [view, *back], base))


def _expand(node: Node) -> Step:
    """What repeats nothing has another shape only."""
    sizes, wanted = sizes_of(node.inputsAt(0)), sizes_of(node.output())
    if has_open_axes() or sizes is None or wanted is None or math.prod(sizes) != math.prod(wanted):
        return _read_only(node)
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::reshape_as', [view, base], base))


def _diagonal(node: Node) -> Step:
    sizes = sizes_of(node.inputsAt(0))
    offset, *dims = (argument(node, name).toIValue() for name in ('offset', 'dim1', 'dim2'))
    if has_open_axes() or sizes is None or None in (offset, *dims):
        return _read_only(node)
    rows, columns = (dim % len(sizes) for dim in dims)
    order = [axis for axis in range(len(sizes)) if axis not in (rows, columns)] + [rows, columns]
    mask = torch.ones(sizes[rows], sizes[columns]).triu(offset).tril(offset).bool()
    above = max(0, -offset)
    below = sizes[rows] - above - sizes_of(node.output())[-1]

    def scatter(emitter: Emitter, base: Value, view: Value) -> Value:
        """Let each row of the matrix be its element on the diagonal, and take that where the diagonal is."""
        column = emitter.emit('aten::constant_pad_nd', [view, [above, below], 0], view)
        column = emitter.emit('aten::unsqueeze', [column, -1], column)
        matrix = emitter.emit('aten::permute', [base, order], base)
        matrix = emitter.emit('aten::where', [emitter.constant(mask), column, matrix], base)
        return emitter.emit('aten::permute', [matrix, [order.index(axis) for axis in range(len(order))]], base)

    return Step(_clone_of(node), scatter)


def _unsqueeze(node: Node) -> Step:
    dim = node.inputsAt(1)
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::squeeze', [view, dim], base))


def _squeeze(node: Node) -> Step:
    if node.inputsSize() == 2 and sizes_of(node.inputsAt(0)) != sizes_of(node.output()):
        dim = node.inputsAt(1)
        return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::unsqueeze', [view, dim], base))
    return Step(_clone_of(node), lambda emitter, base, view: emitter.emit('aten::reshape_as', [view, base], base))


def _same_memory(node: Node) -> Step:
    return Step(lambda emitter, base: base, lambda emitter, base, view: view)


def _contiguous(node: Node) -> Step | None:
    return _same_memory(node) if is_contiguous(node.inputsAt(0)) else None


def _to(node: Node) -> Step | None:
    """`to` copies if the type or the device changes, or if it is told to."""
    source, target = node.inputsAt(0), node.output()
    copies = 'copy' in [a.name for a in schema_of(node).arguments] and argument(node, 'copy').toIValue()
    is_same = scalar_type_of(source) == scalar_type_of(target) and source.type().device() == target.type().device()
    return _same_memory(node) if is_same and not copies else None


def _type_as(node: Node) -> Step | None:
    return _same_memory(node) if scalar_type_of(node.inputsAt(0)) == scalar_type_of(node.output()) else None


def _dropout(node: Node) -> Step | None:
    return None if argument(node, 'train').toIValue() else _same_memory(node)


def _read_only(node: Node) -> Step:
    return Step(_clone_of(node), None)


_STEPS: dict[str, Callable[[Node], Step | None]] = {
    'slice': _slice,
    'select': _select,
    'narrow': _narrow,
    'view': _reshape,
    'reshape': _reshape,
    'reshape_as': _reshape,
    'view_as': _reshape,
    '_unsafe_view': _reshape,
    'flatten': _reshape,
    'unflatten': _reshape,
    'transpose': _self_inverse,
    'swapaxes': _self_inverse,
    'swapdims': _self_inverse,
    't': _self_inverse,
    'numpy_T': _self_inverse,
    'mT': _self_inverse,
    'permute': _permute,
    'movedim': _move,
    'moveaxis': _move,
    'diagonal': _diagonal,
    'unsqueeze': _unsqueeze,
    'squeeze': _squeeze,
    'detach': _same_memory,
    'alias': _same_memory,
    'contiguous': _contiguous,
    'to': _to,
    'type_as': _type_as,
    'dropout': _dropout,
    'feature_dropout': _dropout,
    'expand': _expand,
    'expand_as': _expand,
    'broadcast_to': _expand,
}


def step_of(node: Node) -> Step | None:
    """Return how the output of a node is a view of its first input; None when it is no view."""
    kind = node.kind().removeprefix('aten::')
    if kind in _STEPS:
        return _STEPS[kind](node)
    schema = schema_of(node)
    if schema is None or not schema.returns or node.outputsSize() != 1 or node.kind().endswith('_'):
        return None
    # A view that is not known here: it can be read again, but not written to.
    is_view = schema.returns[0].alias_info is not None and schema.arguments[0].alias_info is not None
    return _read_only(node) if is_view else None


def split_of(node: Node) -> Node | None:
    """Return the node whose first input is the tensor that a node hands out in pieces; None for other nodes."""
    if node.kind() == 'prim::ConstantChunk':
        return node
    if node.kind() != 'prim::ListUnpack':
        return None
    split = node.input().node()
    schema = schema_of(split)
    gives_views = schema is not None and schema.returns and schema.arguments[0].alias_info is not None
    return split if gives_views and is_tensor(split.inputsAt(0)) else None


def _pieces(node: Node, split: Node) -> Callable[[Emitter, Value], Node]:
    """Return what hands out the pieces of another tensor."""
    if split.kind() == 'prim::ConstantChunk':
        return lambda emitter, base: emitter.clone(node, base)
    return lambda emitter, base: emitter.clone(node, emitter.clone(split, base).output())


def step_of_piece(node: Node, split: Node, index: int) -> Step:
    """Return how an output of `ListUnpack` or `ConstantChunk` is a view of the tensor that was split."""
    pieces = _pieces(node, split)

    def regenerate(emitter: Emitter, base: Value) -> Value:
        return pieces(emitter, base).outputsAt(index)

    if split.kind() == 'prim::ConstantChunk':
        dim = split.i('dim')
    elif 'dim' in [argument.name for argument in schema_of(split).arguments]:
        dim = argument(split, 'dim').toIValue()
    else:
        return Step(regenerate, None)
    if split.kind() == 'aten::unbind':
        inputs, kind = [dim, index], 'aten::select_scatter'
    else:
        sizes = [sizes_of(piece) for piece in node.outputs()]
        if dim is None or None in sizes:
            return Step(regenerate, None)
        start = sum(size[dim] for size in sizes[:index])
        inputs, kind = [dim, start, start + sizes[index][dim], 1], 'aten::slice_scatter'
    return Step(regenerate, lambda emitter, base, view: emitter.emit(kind, [base, view, *inputs], base))
