"""One dimension as several."""
import torch
from torch.onnx.symbolic_helper import _get_tensor_rank, _maybe_get_const, _reshape_helper, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER


def _sizes_of(g, shape, begin: int, end: int):
    """Return some of the sizes that stand in a shape."""
    return g.op('Gather', shape, g.op('Constant', value_t=torch.arange(begin, end)), axis_i=0)


@parse_args('v', 'i', 'v', 'none')
def unflatten(g, self, dim, sizes, names=None):
    """Emit a reshape to the sizes in place of those of `dim`; the others may be open."""
    rank = _get_tensor_rank(self)
    dim %= rank
    found = _maybe_get_const(sizes, 'is')
    middle = g.op('Constant', value_t=torch.tensor(found)) if isinstance(found, list | tuple) else (
        g.op('Concat', *(_reshape_helper(g, size, [1]) for size in sizes.node().inputs()), axis_i=0))
    shape = g.op('Shape', self)
    parts = [_sizes_of(g, shape, 0, dim)] if dim else []
    parts += [middle] + ([_sizes_of(g, shape, dim + 1, rank)] if dim + 1 < rank else [])
    return g.op('Reshape', self, g.op('Concat', *parts, axis_i=0) if len(parts) > 1 else middle)


@SYMBOLIC_REWRITER.register_symbolic('unflatten', is_pytorch=True)
def unflatten__default(ctx, g, *args):
    """See `unflatten`; PyTorch 1.13 does not export it."""
    return unflatten(g, *args)
