"""Splits into a number of pieces."""
import torch
from torch.onnx import symbolic_opset11
from torch.onnx.symbolic_helper import _get_const, _get_tensor_dim_size, _maybe_get_const

from mmdeploy.core import SYMBOLIC_REWRITER


@SYMBOLIC_REWRITER.register_symbolic('chunk', is_pytorch=True)
def chunk__default(ctx, g, self, chunks, dim):
    """Emit a split to the sizes that there are, which may be fewer than `chunks`.

    PyTorch computes the size of a last piece then that is below 0, and no engine runs it.
    """
    count, size = _maybe_get_const(chunks, 'i'), _get_tensor_dim_size(self, _get_const(dim, 'i', 'dim'))
    if isinstance(count, int) and size:
        step = -(-size // count)
        if step * (count - 1) >= size:
            sizes = [min(step, size - start) for start in range(0, size, step)]
            return symbolic_opset11.split(g, self, g.op('Constant', value_t=torch.tensor(sizes)), dim)
    return symbolic_opset11.chunk(g, self, chunks, dim)
