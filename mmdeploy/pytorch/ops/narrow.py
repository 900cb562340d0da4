"""Parts of a dimension."""
import sys

from torch.onnx import symbolic_opset11
from torch.onnx.symbolic_helper import _maybe_get_const, _slice_helper

from mmdeploy.core import SYMBOLIC_REWRITER


@SYMBOLIC_REWRITER.register_symbolic('narrow', is_pytorch=True)
def narrow__default(ctx, g, self, dim, start, length):
    """Emit `Slice`; that of PyTorch 1.13 is empty where a start from the end reaches the end."""
    begin, count = (_maybe_get_const(value, 'i') for value in (start, length))
    if isinstance(begin, int) and isinstance(count, int) and begin < 0 and begin + count == 0:
        return _slice_helper(g, self, axes=[_maybe_get_const(dim, 'i')], starts=[begin], ends=[sys.maxsize])
    return symbolic_opset11.narrow(g, self, dim, start, length)
