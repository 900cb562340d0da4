"""Padding."""
import sys

import torch
from torch.onnx import symbolic_helper
from torch.onnx.symbolic_helper import (
    _get_tensor_dim_size,
    _get_tensor_rank,
    _is_list,
    _is_packed_list,
    _is_scalar_list,
    _slice_helper,
)
from torch.onnx.symbolic_opset9 import _convert_padding_node

from mmdeploy.core import FUNCTION_REWRITER, SYMBOLIC_REWRITER
from mmdeploy.utils import Backend

_INT64 = 7


def _as_vector(g, pad):
    """Return the paddings as one int64 vector."""
    if _is_list(pad) and not _is_packed_list(pad) and _is_scalar_list(pad):
        pad = g.op('ConcatFromSequence', pad, axis_i=0, new_axis_i=1)
    return g.op('Cast', pad, to_i=_INT64)


@FUNCTION_REWRITER.register_rewriter(
    func_name='torch.onnx.symbolic_opset11._prepare_onnx_paddings', backend=Backend.TENSORRT.value)
def _prepare_onnx_paddings__tensorrt(ctx, g, input, pad):
    """Reorder paddings by slices; TensorRT cannot transpose shapes.

    Args:
        ctx: context of the rewrite.
        g: graph.
        input: what is padded.
        pad: begin and end of the last dimension, of the one before, and so on; maybe not of all.

    Returns:
        int64 [2 * rank]: begins of all dimensions, then ends.
    """

    def ints(*values):
        return g.op('Constant', value_t=torch.tensor(values))

    pad = _as_vector(g, pad)
    rank = _get_tensor_rank(input)
    length = g.op('Mul', g.op('Size', g.op('Shape', input)), ints(2)) if rank is None else ints(2 * rank)
    missing = g.op('Sub', length, g.op('Shape', pad))
    zeros = g.op('ConstantOfShape', missing, value_t=torch.tensor([0]))
    pad = g.op('Concat', pad, zeros, axis_i=0)
    lowest = torch.iinfo(torch.int64).min
    # End and begin of the first dimension, then of the second, ...
    flipped = g.op('Slice', pad, ints(-1), ints(lowest), ints(0), ints(-1))
    begins, ends = (
        g.op('Slice', flipped, ints(first), ints(torch.iinfo(torch.int64).max), ints(0), ints(2)) for first in (1, 0))
    return g.op('Cast', g.op('Concat', begins, ends, axis_i=0), to_i=_INT64)


def _wrap(g, x, axis: int, begin: int, end: int):
    """Pad one axis with what lies at its other end; a negative padding cuts off, before the other one is copied."""
    size = _get_tensor_dim_size(x, axis)
    cut = [max(0, -begin), max(0, -end)]
    if size is not None and max(begin, end) > size - sum(cut):
        return symbolic_helper._unimplemented('pad', f'circular, by {(begin, end)}, of an axis of {size}')
    if any(cut):
        x = _slice_helper(g, x, axes=[axis], starts=[cut[0]], ends=[-cut[1] if cut[1] else sys.maxsize])
    parts = [x]
    if begin > 0:
        parts.insert(0, _slice_helper(g, x, axes=[axis], starts=[-begin], ends=[sys.maxsize]))
    if end > 0:
        parts.append(_slice_helper(g, x, axes=[axis], starts=[0], ends=[end]))
    return x if len(parts) == 1 else g.op('Concat', *parts, axis_i=axis)


# `aten::pad` calls the function, `aten::_pad_circular` the symbolic.
@FUNCTION_REWRITER.register_rewriter(func_name='torch.onnx.symbolic_opset9._pad_circular')
@SYMBOLIC_REWRITER.register_symbolic('_pad_circular', is_pytorch=True)
def pad_circular__default(ctx, g, input, pad):
    """Emit slices and a concatenation per axis; PyTorch 1.13 takes the wrong elements and swaps the two ends.

    Args:
        ctx: context of the rewrite.
        g: graph.
        input: [N, C, *].
        pad: constant begin and end of the last axis, of the one before, and so on.
    """
    padding = _convert_padding_node(pad)
    count = len(padding) // 2
    for index in range(count):
        input = _wrap(g, input, 2 + index, *padding[2 * (count - 1 - index):][:2])
    return input
