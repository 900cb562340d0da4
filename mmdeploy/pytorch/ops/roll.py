"""Cyclic shifts."""
import math
import sys

import torch
from torch.onnx.symbolic_helper import (
    _get_tensor_dim_size,
    _get_tensor_sizes,
    _reshape_helper,
    _slice_helper,
    parse_args,
)

from mmdeploy.core import SYMBOLIC_REWRITER


def _split_point(g, x, shift: int, axis: int):
    """Return where the last `shift` elements begin in an axis of open size, as int64 [1]."""
    size = g.op('Gather', g.op('Shape', x), g.op('Constant', value_t=torch.tensor([axis])), axis_i=0)
    one = g.op('Constant', value_t=torch.tensor([1]))
    # Of an axis without elements nothing is taken, but the divisor must not be 0.
    divisor = g.op('Where', g.op('Less', size, one), one, size)
    # `Mod` has the sign of the divisor.
    return g.op('Mod', g.op('Constant', value_t=torch.tensor([-shift])), divisor)


def _cut(g, x, axis: int, begin, end):
    """Return a part of an axis; a bound is a number or int64 [1]."""
    if isinstance(begin, int) and isinstance(end, int):
        return _slice_helper(g, x, axes=[axis], starts=[begin], ends=[end])
    bounds = (g.op('Constant', value_t=torch.tensor([b])) if isinstance(b, int) else b for b in (begin, end))
    return g.op('Slice', x, *bounds, g.op('Constant', value_t=torch.tensor([axis])))


def _roll_axis(g, x, shift: int, axis: int, size: int | None):
    """Put the last `shift` elements of an axis in front."""
    if size:
        shift %= size
    if shift == 0:
        return x
    # By one element, every size that there is rolls alike.
    point = -shift if size or abs(shift) == 1 else _split_point(g, x, shift, axis)
    return g.op('Concat', _cut(g, x, axis, point, sys.maxsize), _cut(g, x, axis, 0, point), axis_i=axis)


@parse_args('v', 'is', 'is')
def roll(g, self, shifts, dims):
    """Emit slices and a concatenation per dimension; without dimensions, the tensor is rolled as one row."""
    if not dims and len(shifts) == 1:
        shape = g.op('Shape', self)
        sizes = _get_tensor_sizes(self)
        count = None if sizes is None or None in sizes else math.prod(sizes)
        row = _roll_axis(g, _reshape_helper(g, self, [-1]), shifts[0], 0, count)
        return g.op('Reshape', row, shape)
    assert len(shifts) == len(dims), f'torch.roll got {len(shifts)} shifts for {len(dims)} dims'
    for shift, axis in zip(shifts, dims, strict=True):
        self = _roll_axis(g, self, shift, axis, _get_tensor_dim_size(self, axis))
    return self


@SYMBOLIC_REWRITER.register_symbolic('roll', is_pytorch=True)
def roll_default(ctx, g, self, shifts, dims):
    """See `roll`."""
    return roll(g, self, shifts, dims)
