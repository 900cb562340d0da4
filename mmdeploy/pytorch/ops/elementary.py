"""Elementary functions that PyTorch 1.13 does not export."""
import torch

from mmdeploy.core import SYMBOLIC_REWRITER


def _number(g, x, value: float):
    """Return a constant of the type of x."""
    return g.op('Constant', value_t=torch.tensor(value, dtype=x.type().dtype()))


def _is_real(x) -> bool:
    # What follows an operator that the exporter does not know has no type.
    dtype = x.type().dtype()
    return dtype is None or dtype.is_floating_point


@SYMBOLIC_REWRITER.register_symbolic('sinh', is_pytorch=True)
def sinh__default(ctx, g, self):
    """Emit ONNX's operator."""
    return g.op('Sinh', self)


@SYMBOLIC_REWRITER.register_symbolic('cosh', is_pytorch=True)
def cosh__default(ctx, g, self):
    """Emit ONNX's operator."""
    return g.op('Cosh', self)


@SYMBOLIC_REWRITER.register_symbolic('expm1', is_pytorch=True)
def expm1__default(ctx, g, self):
    """Emit tanh(x / 2) (exp(x) + 1), which is exp(x) - 1 without its cancellation near 0."""
    tanh = g.op('Tanh', g.op('Mul', self, _number(g, self, 0.5)))
    return g.op('Mul', tanh, g.op('Add', g.op('Exp', self), _number(g, self, 1)))


@SYMBOLIC_REWRITER.register_symbolic('trunc', is_pytorch=True)
def trunc__default(ctx, g, self):
    """Emit the next whole number towards 0; whole numbers stay."""
    if not _is_real(self):
        return g.op('Identity', self)
    return g.op('Where', g.op('Less', self, _number(g, self, 0)), g.op('Ceil', self), g.op('Floor', self))


@SYMBOLIC_REWRITER.register_symbolic('frac', is_pytorch=True)
def frac__default(ctx, g, self):
    """Emit what `trunc` cuts off."""
    return g.op('Sub', self, trunc__default(ctx, g, self))
