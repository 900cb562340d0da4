"""`torch.nn.functional.linear`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend


class GemmOp(torch.autograd.Function):
    """Exports `Gemm`."""

    @staticmethod
    def forward(ctx, input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        """Compute input [N, in] times weight [out, in] transposed, plus bias [out]."""

        def compute():
            out = input @ weight.t()
            return out if bias is None else out + bias

        return untraced(compute)

    @staticmethod
    def symbolic(g, input, weight, bias=None):
        """Emit the node; its inputs are named as in the definition of Gemm."""
        inputs = [input, weight] if bias is None else [input, weight, bias]
        for name, value in zip('ABC', inputs, strict=False):
            value.setDebugName(name)
        return g.op('Gemm', *inputs, alpha_f=1.0, beta_f=1.0, transA_i=0, transB_i=1)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.nn.functional.linear', backend=Backend.NCNN.value)
def linear__ncnn(ctx, input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """Multiply a matrix by `Gemm`, and rows of one image by `MatMul`: ncnn takes both for its layer InnerProduct.

    Args:
        ctx: context of the rewrite.
        input: [*, in].
        weight: [out, in].
        bias: [out].
    """
    if input.ndim == 2:
        return GemmOp.apply(input, weight, bias)
    if bias is None or input.ndim < 2 or (input.ndim == 3 and input.shape[0] == 1):
        return ctx.origin_func(input, weight, bias)
    # The bias goes to channels, where ncnn can broadcast it.
    out = ctx.origin_func(input, weight).transpose(1, -1)
    channels = out.reshape(out.shape[0], out.shape[1], -1, 1) + bias.reshape(1, -1, 1, 1)
    return channels.reshape(*out.shape[:-1], -1).transpose(1, -1)
