"""Sums at indices, which may name a place more than once."""
import torch
from torch.onnx import symbolic_helper, symbolic_opset9, symbolic_opset16
from torch.onnx.symbolic_helper import _get_const, _get_tensor_rank, _maybe_get_const, _reshape_helper

from mmdeploy.core import SYMBOLIC_REWRITER

_ADDS_SINCE = 16


def _may_repeat(index, dim: int) -> bool:
    """Tell whether an index is not known to name each place along a dimension at most once."""
    index = _maybe_get_const(index, 't')
    if not isinstance(index, torch.Tensor):
        return True
    if index.dim() == 0:
        return False
    ordered = index.sort(dim).values
    return bool((ordered.diff(dim=dim) == 0).any())


def _refuse(g, name: str):
    # Of several values for one place, `ScatterElements` keeps the last one.
    return symbolic_helper._onnx_opset_unsupported(f'{name} with an index that may repeat', g.opset, _ADDS_SINCE)


@SYMBOLIC_REWRITER.register_symbolic('scatter_add', is_pytorch=True)
def scatter_add__default(ctx, g, self, dim, index, src):
    """Emit PyTorch's form where it adds, or where there is nothing to add up at one place."""
    if g.opset >= _ADDS_SINCE:
        return symbolic_opset16.scatter_add(g, self, dim, index, src)
    if _may_repeat(index, _get_const(dim, 'i', 'dim')):
        return _refuse(g, 'scatter_add')
    return symbolic_opset9.scatter_add(g, self, dim, index, src)


@SYMBOLIC_REWRITER.register_symbolic('index_add', is_pytorch=True)
def index_add__default(ctx, g, self, dim, index, source, alpha=None):
    """Emit `self` with `alpha * source` added to the entries at `index` along a dimension.

    Args:
        ctx: context of the rewrite.
        g: graph.
        self: [*].
        dim: number.
        index: [N] or one number; may name an entry more than once from operator set 16 on.
        source: shape of `self`, but N along `dim`.
        alpha: factor.
    """
    rank, dim = _get_tensor_rank(self), _get_const(dim, 'i', 'dim')
    if not rank or _get_tensor_rank(source) != rank:
        return symbolic_helper._unimplemented('index_add', 'of tensors whose rank is not known or not the same')
    dim %= rank
    if g.opset < _ADDS_SINCE and _may_repeat(index, 0):
        return _refuse(g, 'index_add')
    if alpha is not None and symbolic_helper._maybe_get_scalar(alpha) != 1:
        source = symbolic_opset9.mul(g, source, alpha)
    index = _reshape_helper(g, index, [-1 if axis == dim else 1 for axis in range(rank)])
    index = g.op('Expand', index, g.op('Shape', source))
    options = dict(axis_i=dim)
    if g.opset >= _ADDS_SINCE:
        options['reduction_s'] = 'add'
    else:
        source = g.op('Add', g.op('GatherElements', self, index, axis_i=dim), source)
    result = g.op('ScatterElements', self, index, source, **options)
    result.setType(self.type())
    return result
