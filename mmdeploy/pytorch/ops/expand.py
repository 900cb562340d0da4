"""Expansion to other sizes."""
from torch.onnx import symbolic_opset9

from mmdeploy.core import SYMBOLIC_REWRITER


@SYMBOLIC_REWRITER.register_symbolic('expand_as', is_pytorch=True, arg_descriptors=['v', 'v'])
def expand_as__default(ctx, g, self, other):
    """Emit `Expand`; PyTorch 1.13 drops the dimensions of constants along which all is equal, not only their sizes."""
    return g.op('Expand', self, g.op('Shape', other))


@SYMBOLIC_REWRITER.register_symbolic('broadcast_to', is_pytorch=True)
def broadcast_to__default(ctx, g, self, size):
    """Emit what `expand` does; PyTorch 1.13 has no symbolic for it."""
    return symbolic_opset9.expand(g, self, size, None)
