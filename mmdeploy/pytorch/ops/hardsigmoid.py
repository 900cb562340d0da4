"""Hard sigmoid."""
from mmdeploy.core import SYMBOLIC_REWRITER


@SYMBOLIC_REWRITER.register_symbolic('hardsigmoid', is_pytorch=True, arg_descriptors=['v'])
def hardsigmoid__default(ctx, g, self):
    """Emit ONNX's operator with PyTorch's slope: min(max(x / 6 + 0.5, 0), 1)."""
    return g.op('HardSigmoid', self, alpha_f=1 / 6)
