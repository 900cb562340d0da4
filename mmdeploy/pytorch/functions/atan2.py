"""`torch.atan2`."""
import math

import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(func_name='torch.atan2')
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.atan2')
def atan2__default(ctx, input1: torch.Tensor, input2: torch.Tensor) -> torch.Tensor:
    """Compute the angle of (x, y) = (input2, input1) from `atan`, which is all that ONNX has.

    The result is in [-pi, pi], in the right quadrant. Zeros count as +0.
    """
    y, x = input1, input2
    is_zero = x == 0
    angle = torch.atan(y / torch.where(is_zero, torch.ones_like(x), x))
    # pi for y >= 0, -pi below.
    half_turn = ((y >= 0).to(angle.dtype) * 2 - 1) * math.pi
    angle = torch.where(x < 0, angle + half_turn, angle)
    return torch.where(is_zero, half_turn / 2 * (y != 0).to(angle.dtype), angle)
