"""Dimensions in another order."""
import torch
from torch.onnx.symbolic_helper import _get_tensor_rank, _maybe_get_const

from mmdeploy.core import SYMBOLIC_REWRITER


def movedim(g, self, source, destination):
    """Emit `Transpose`; PyTorch 1.13 emits one with negative axes, which is no valid node."""
    rank = _get_tensor_rank(self)
    source, destination = (_maybe_get_const(axes, 't') for axes in (source, destination))
    source, destination = (torch.as_tensor(axes).reshape(-1).tolist() for axes in (source, destination))
    moved = {to % rank: axis % rank for axis, to in zip(source, destination, strict=True)}
    rest = iter(axis for axis in range(rank) if axis not in moved.values())
    return g.op('Transpose', self, perm_i=[moved[axis] if axis in moved else next(rest) for axis in range(rank)])


@SYMBOLIC_REWRITER.register_symbolic('movedim', is_pytorch=True)
def movedim__default(ctx, g, *args):
    """See `movedim`."""
    return movedim(g, *args)
