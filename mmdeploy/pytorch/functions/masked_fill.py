"""`torch.masked_fill`."""
import math

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend

# Stands for minus infinity.
_LOWEST = -1e34


@FUNCTION_REWRITER.register_rewriter(func_name='torch.masked_fill', backend=Backend.ONNXRUNTIME.value)
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.masked_fill', backend=Backend.ONNXRUNTIME.value)
def masked_fill__onnxruntime(ctx, input: torch.Tensor, mask: torch.Tensor, value: float | torch.Tensor) -> torch.Tensor:
    """Fill with a large negative number instead of -inf, of which later nodes would make NaN."""
    if input.is_floating_point() and untraced(float, value) == -math.inf:
        value = max(_LOWEST, torch.finfo(input.dtype).min)
    return ctx.origin_func(input, mask, value)
