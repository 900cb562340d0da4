"""`torch.Tensor.repeat`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .sizes import sizes_of


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.repeat', backend=Backend.TENSORRT.value)
def tensor__repeat__tensorrt(ctx, input: torch.Tensor, *size) -> torch.Tensor:
    """Repeat a vector as a matrix of one row: TensorRT cannot tile one dimension."""
    repeats = sizes_of(size)
    if input.ndim != 1 or len(repeats) != 1:
        return ctx.origin_func(input, *size)
    return ctx.origin_func(input.unsqueeze(0), 1, *repeats).squeeze(0)
