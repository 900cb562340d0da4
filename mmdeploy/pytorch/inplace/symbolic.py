"""Tensors with a part replaced."""
import sys

import torch
from torch.onnx.symbolic_helper import (
    _get_const,
    _get_tensor_dim_size,
    _get_tensor_rank,
    _is_none,
    _maybe_get_const,
    _slice_helper,
    _unsqueeze_helper,
)

from mmdeploy.core import SYMBOLIC_REWRITER

_END = sys.maxsize


def _vector(g, value):
    """Return a bound of a slice as int64 [1]."""
    if isinstance(value, int):
        return g.op('Constant', value_t=torch.tensor([value]))
    return g.op('Reshape', value, g.op('Constant', value_t=torch.tensor([1])))


def _bound(value, default: int):
    """Return a bound as a number, or as a value of the graph."""
    if _is_none(value):
        return default
    return _maybe_get_const(value, 'i')


def _cut(g, x, dim: int, start, stop):
    """Return `x[start:stop]` along a dimension."""
    if isinstance(start, int) and isinstance(stop, int):
        return _slice_helper(g, x, axes=[dim], starts=[start], ends=[stop])
    axes = g.op('Constant', value_t=torch.tensor([dim]))
    return g.op('Slice', x, _vector(g, start), _vector(g, stop), axes)


def _known(bound, size: int | None):
    """Return a bound that does not depend on the size if that is possible: between 0 and the size."""
    if size is None or not isinstance(bound, int):
        return bound
    return min(max(bound + size if bound < 0 else bound, 0), size)


def _smaller(g, a, b):
    """Return the smaller of two vectors; `Min` takes no integers before operator set 12."""
    return g.op('Where', g.op('Less', a, b), a, b)


def _larger(g, a, b):
    return g.op('Where', g.op('Less', a, b), b, a)


def _counted_from_zero(g, x, dim: int, bound):
    """Return a bound as int64 [1] between 0 and the size."""
    size = g.op('Gather', g.op('Shape', x), g.op('Constant', value_t=torch.tensor([dim])), axis_i=0)
    zero = g.op('Constant', value_t=torch.tensor([0]))
    bound = _vector(g, bound)
    bound = g.op('Where', g.op('Less', bound, zero), g.op('Add', bound, size), bound)
    return _smaller(g, _larger(g, bound, zero), size)


def _ordered(g, x, dim: int, start, stop):
    """Return bounds of which the second is not before the first; equal ones select nothing."""
    if isinstance(start, int) and isinstance(stop, int) and (start < 0) == (stop < 0):
        return start, max(start, stop)
    if start == 0 or stop == _END:
        return start, stop
    start = _counted_from_zero(g, x, dim, start)
    return start, _larger(g, start, _counted_from_zero(g, x, dim, stop))


def _scatter_rows(g, x, rows, dim: int, start, stop, step: int):
    """Replace every `step`-th row between two bounds."""
    rank = _get_tensor_rank(x)
    first = [dim] + [axis for axis in range(rank) if axis != dim]
    back = [first.index(axis) for axis in range(rank)]
    start, stop = (_counted_from_zero(g, x, dim, bound) for bound in (start, stop))
    scalars = [g.op('Squeeze', bound) for bound in (start, stop)]
    indices = g.op('Range', *scalars, g.op('Constant', value_t=torch.tensor(step)))
    indices = _unsqueeze_helper(g, indices, [1])
    x, rows = (g.op('Transpose', value, perm_i=first) for value in (x, rows))
    return g.op('Transpose', g.op('ScatterND', x, indices, rows), perm_i=back)


def _scatter(g, x, part, dim: int, start, stop):
    """Put a tensor together from a part and what lies around it."""
    parts = [part]
    if start != 0:
        parts.insert(0, _cut(g, x, dim, 0, start))
    if stop != _END:
        parts.append(_cut(g, x, dim, stop, _END))
    return parts[0] if len(parts) == 1 else g.op('Concat', *parts, axis_i=dim)


@SYMBOLIC_REWRITER.register_symbolic('slice_scatter', is_pytorch=True)
def slice_scatter__default(ctx, g, self, src, dim, start, end, step):
    """Emit `self` with `self[start:end:step]` along `dim` replaced by `src`.

    Without a step it is put together from slices: many engines lack `ScatterND`, or do it badly.
    """
    rank = _get_tensor_rank(self)
    dim = _get_const(dim, 'i', 'dim')
    dim = dim + rank if dim < 0 else dim
    size = _get_tensor_dim_size(self, dim)
    start, end = (_known(_bound(value, default), size) for value, default in ((start, 0), (end, _END)))
    step = _get_const(step, 'i', 'step')
    if isinstance(start, int) and isinstance(end, int) and size is not None and start >= end:
        return self
    if step != 1:
        result = _scatter_rows(g, self, src, dim, start, end, step)
    else:
        if size is not None and isinstance(end, int) and end == size:
            end = _END
        result = _scatter(g, self, src, dim, *_ordered(g, self, dim, start, end))
    result.setType(self.type())
    return result


@SYMBOLIC_REWRITER.register_symbolic('select_scatter', is_pytorch=True)
def select_scatter__default(ctx, g, self, src, dim, index):
    """Emit `self` with entry `index` of a dimension replaced by `src`, which lacks the dimension."""
    rank = _get_tensor_rank(self)
    dim = _get_const(dim, 'i', 'dim')
    dim = dim + rank if dim < 0 else dim
    index = _maybe_get_const(index, 'i')
    part = _unsqueeze_helper(g, src, [dim])
    if isinstance(index, int):
        following = _END if index == -1 else index + 1
    else:
        index = _counted_from_zero(g, self, dim, index)
        following = g.op('Add', index, g.op('Constant', value_t=torch.tensor([1])))
    result = _scatter(g, self, part, dim, index, following)
    result.setType(self.type())
    return result
