"""`torch.masked_fill`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(func_name='torch.masked_fill', backend=Backend.ONNXRUNTIME.value)
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.masked_fill', backend=Backend.ONNXRUNTIME.value)
def masked_fill__onnxruntime(ctx, input: torch.Tensor, mask: torch.Tensor, value: float | torch.Tensor) -> torch.Tensor:
    """Fill with the value itself, as PyTorch does.

    MMDeploy 0.7.0 fills with -1e34 for -inf. That gives other numbers wherever a whole row is masked (softmax of it is
    uniform, not NaN, which models test for), and ONNX Runtime computes with -inf as PyTorch does.
    """
    return ctx.origin_func(input, mask, value)
