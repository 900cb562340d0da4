"""Diagonals of matrices."""
import torch
from torch.onnx import symbolic_helper
from torch.onnx.symbolic_helper import _get_tensor_sizes, _reshape_helper, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER


@parse_args('v', 'i', 'i', 'i')
def diagonal(g, self, offset, dim1, dim2):
    """Emit `Gather` of the elements on a diagonal, from rows of all elements of a matrix."""
    sizes = _get_tensor_sizes(self)
    if sizes is None:
        return symbolic_helper._unimplemented('diagonal', 'of a tensor whose rank is not known')
    first, second = dim1 % len(sizes), dim2 % len(sizes)
    height, width = sizes[first], sizes[second]
    if height is None or width is None:
        return symbolic_helper._unimplemented('diagonal', f'of dimensions {dim1} and {dim2}, one of which is open')
    rest = [axis for axis in range(len(sizes)) if axis not in (first, second)]
    # `Reshape` takes a size of the input at the same place for 0, a size to be computed for -1.
    rows = g.op('Transpose', self, perm_i=[*rest, first, second])
    rows = _reshape_helper(g, rows, [*[0] * len(rest), -1])
    begin = max(0, -offset)
    count = max(0, min(height - begin, width - max(0, offset)))
    where = torch.arange(count) * (width + 1) + begin * width + max(0, offset)
    return g.op('Gather', rows, g.op('Constant', value_t=where), axis_i=len(rest))


@SYMBOLIC_REWRITER.register_symbolic('diagonal', is_pytorch=True)
def diagonal__default(ctx, g, *args):
    """See `diagonal`; that of PyTorch 1.13 ends the process for some tensors."""
    return diagonal(g, *args)
