"""Tensors with the elements at given indices replaced."""
from collections.abc import Sequence

import torch
from torch.onnx import symbolic_helper
from torch.onnx.symbolic_helper import (
    _get_tensor_rank,
    _get_tensor_sizes,
    _is_bool,
    _is_none,
    _unpack_list,
    _unsqueeze_helper,
)

from mmdeploy.core import SYMBOLIC_REWRITER


def _ints(g, values: Sequence[int]):
    return g.op('Constant', value_t=torch.tensor(values, dtype=torch.int64))


def _sizes_at(g, x, axes: Sequence[int]):
    """Return some of the sizes of a tensor as one vector."""
    return g.op('Gather', g.op('Shape', x), _ints(g, axes), axis_i=0)


def _transpose(g, x, order: Sequence[int]):
    return x if list(order) == sorted(order) else g.op('Transpose', x, perm_i=list(order))


def _is_one_number(values) -> bool:
    sizes = _get_tensor_sizes(values)
    return sizes is not None and all(size == 1 for size in sizes)


def _fill(g, x, mask, first: int, values):
    """Write one number where a mask over the axes from `first` on is true."""
    behind = _get_tensor_rank(x) - first - _get_tensor_rank(mask)
    if behind:
        rank = _get_tensor_rank(mask)
        mask = _unsqueeze_helper(g, mask, list(range(rank, rank + behind)))
    return g.op('Where', mask, g.op('Reshape', values, _ints(g, [1])), x)


def _index_by_axis(g, indices: Sequence) -> dict:
    """Return integer indices by axis; a mask of several axes gives one index for each."""
    found, axis = {}, 0
    for index in indices:
        if _is_none(index):
            axis += 1
        elif not _is_bool(index):
            found[axis] = (index, _get_tensor_rank(index))
            axis += 1
        else:
            rows = g.op('NonZero', index)
            for row in range(_get_tensor_rank(index)):
                found[axis] = (g.op('Gather', rows, g.op('Constant', value_t=torch.tensor(row)), axis_i=0), 1)
                axis += 1
    return found


def _common_shape(g, indices: Sequence):
    """Return the shape to which indices are broadcast, as a vector."""
    total = indices[0]
    for index in indices[1:]:
        total = g.op('Add', total, index)
    return g.op('Shape', total)


def _scatter(g, x, by_axis: dict, values, options: dict):
    """Write values of the shape that `x[indices]` has; the indexed axes come first meanwhile."""
    axes = list(by_axis)
    others = [axis for axis in range(_get_tensor_rank(x)) if axis not in by_axis]
    common = _common_shape(g, [index for index, _ in by_axis.values()])
    num_dims = max(rank for _, rank in by_axis.values())
    # Where indexed axes lie side by side their dimensions stay in place, else they come first.
    before = [axis for axis in others if axis < axes[0]] if axes[-1] - axes[0] == len(axes) - 1 else []
    after = [axis for axis in others if axis not in before]
    parts = [common]
    if before:
        parts.insert(0, _sizes_at(g, x, before))
    if after:
        parts.append(_sizes_at(g, x, after))
    shape = parts[0] if len(parts) == 1 else g.op('Concat', *parts, axis_i=0)
    values = g.op('Expand', values, shape)
    middle = range(len(before), len(before) + num_dims)
    values = _transpose(g, values, [*middle, *range(len(before)), *range(middle.stop, middle.stop + len(after))])
    columns = [_unsqueeze_helper(g, g.op('Expand', index, common), [num_dims]) for index, _ in by_axis.values()]
    index = columns[0] if len(columns) == 1 else g.op('Concat', *columns, axis_i=num_dims)
    order = [*axes, *others]
    written = g.op('ScatterND', _transpose(g, x, order), index, values, **options)
    return _transpose(g, written, [order.index(axis) for axis in range(len(order))])


@SYMBOLIC_REWRITER.register_symbolic('index_put', is_pytorch=True)
def index_put__default(ctx, g, self, indices, values, accumulate=False):
    """Emit `self` with `self[indices]` replaced by `values`, as `torch.Tensor.index_put` does.

    Args:
        ctx: context of the rewrite.
        g: graph.
        self: [*].
        indices: one per axis, from the first on: None, integers, or a mask over one or more axes.
        values: are broadcast to the shape of `self[indices]`.
        accumulate: add to what is there.
    """
    options = {}
    if symbolic_helper._get_const(accumulate, 'i', 'accumulate'):
        if g.opset < 16:
            return symbolic_helper._onnx_opset_unsupported('index_put with accumulate=True', g.opset, 16)
        options = dict(reduction_s='add')
    indices = _unpack_list(indices)
    ranks = [_get_tensor_rank(value) for value in (self, *(i for i in indices if not _is_none(i)))]
    if None in ranks:
        return symbolic_helper._unimplemented('index_put', 'of a tensor or indices whose rank is not known')
    given = [index for index in indices if not _is_none(index)]
    if len(given) == 1 and _is_bool(given[0]) and _is_one_number(values) and not options:
        result = _fill(g, self, given[0], len(indices) - 1, values)
    else:
        result = _scatter(g, self, _index_by_axis(g, indices), values, options)
    result.setType(self.type())
    return result
