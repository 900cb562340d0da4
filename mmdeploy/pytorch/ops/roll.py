"""Cyclic shifts."""
import sys

from torch.onnx.symbolic_helper import _get_tensor_dim_size, _reshape_helper, _slice_helper, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER


def _roll_axis(g, x, shift: int, axis: int):
    """Put the last `shift` elements of an axis in front."""
    size = _get_tensor_dim_size(x, axis)
    if size:
        shift %= size
    if shift == 0:
        return x
    parts = ((-shift, sys.maxsize), (0, -shift))
    return g.op(
        'Concat', *(_slice_helper(g, x, axes=[axis], starts=[start], ends=[end]) for start, end in parts), axis_i=axis)


@parse_args('v', 'is', 'is')
def roll(g, self, shifts, dims):
    """Emit slices and a concatenation per dimension; without dimensions, the tensor is rolled as one row."""
    if not dims and len(shifts) == 1:
        shape = g.op('Shape', self)
        row = _roll_axis(g, _reshape_helper(g, self, [-1]), shifts[0], 0)
        return g.op('Reshape', row, shape)
    assert len(shifts) == len(dims), f'torch.roll got {len(shifts)} shifts for {len(dims)} dims'
    for shift, axis in zip(shifts, dims, strict=True):
        self = _roll_axis(g, self, shift, axis)
    return self


@SYMBOLIC_REWRITER.register_symbolic('roll', is_pytorch=True)
def roll_default(ctx, g, self, shifts, dims):
    """See `roll`."""
    return roll(g, self, shifts, dims)
