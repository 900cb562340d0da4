"""Padding."""
import torch
from torch.onnx.symbolic_helper import _get_tensor_rank, _is_list, _is_packed_list, _is_scalar_list

from mmdeploy.core import FUNCTION_REWRITER
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
