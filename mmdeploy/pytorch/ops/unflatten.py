"""One dimension as several."""
import math

import torch
from torch.onnx.symbolic_helper import (
    _get_tensor_dim_size,
    _get_tensor_rank,
    _maybe_get_const,
    _reshape_helper,
    parse_args,
)

from mmdeploy.core import SYMBOLIC_REWRITER


def _sizes_of(g, shape, begin: int, end: int):
    """Return some of the sizes that stand in a shape."""
    return g.op('Gather', shape, g.op('Constant', value_t=torch.arange(begin, end)), axis_i=0)


def _inserted(g, self, shape, dim: int, sizes):
    """Return the sizes that stand for `dim`, as int64 [n]."""
    found = _maybe_get_const(sizes, 'is')
    if not isinstance(found, list | tuple):
        return g.op('Concat', *(_reshape_helper(g, size, [1]) for size in sizes.node().inputs()), axis_i=0)
    known = math.prod(size for size in found if size != -1)
    if g.opset < 14 or -1 not in found or not known:
        return g.op('Constant', value_t=torch.tensor(found))
    # -1 and the 0 of another axis may not stand in one shape.
    length = _get_tensor_dim_size(self, dim)
    if length is not None:
        return g.op('Constant', value_t=torch.tensor([length // known if size == -1 else size for size in found]))
    rest = g.op('Div', _sizes_of(g, shape, dim, dim + 1), g.op('Constant', value_t=torch.tensor([known])))
    return g.op('Concat', *(rest if size == -1 else g.op('Constant', value_t=torch.tensor([size])) for size in found),
                axis_i=0)


@parse_args('v', 'i', 'v', 'none')
def unflatten(g, self, dim, sizes, names=None):
    """Emit a reshape to the sizes in place of those of `dim`; the others may be open.

    A size of 0 is one from operator set 14 on; before, engines refuse a tensor without elements in another axis.
    """
    rank = _get_tensor_rank(self)
    dim %= rank
    shape = g.op('Shape', self)
    middle = _inserted(g, self, shape, dim, sizes)
    parts = [_sizes_of(g, shape, 0, dim)] if dim else []
    parts += [middle] + ([_sizes_of(g, shape, dim + 1, rank)] if dim + 1 < rank else [])
    return _reshape_helper(g, self, g.op('Concat', *parts, axis_i=0) if len(parts) > 1 else middle,
                           allowzero=int(g.opset >= 14))


@SYMBOLIC_REWRITER.register_symbolic('unflatten', is_pytorch=True)
def unflatten__default(ctx, g, *args):
    """See `unflatten`; PyTorch 1.13 does not export it."""
    return unflatten(g, *args)
