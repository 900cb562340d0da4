"""`torch.atan2`."""
import math

import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(func_name='torch.atan2')
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.atan2')
def atan2__default(ctx, input1: torch.Tensor, input2: torch.Tensor) -> torch.Tensor:
    """Compute the angle of (x, y) = (input2, input1) from `atan`, which is all that ONNX has.

    The result is in [-pi, pi], in the right quadrant; a zero has its sign, as in IEEE 754. Where both are infinite, it
    is NaN.
    """
    y, x = input1, input2
    # 0 / 0 alone has no angle of its own: it is that of the axis on which x lies.
    angle = torch.atan(torch.where((x == 0) & (y == 0), y, y / x))
    half_turn = (1 - 2 * _is_negative(y).to(angle.dtype)) * math.pi
    return torch.where(_is_negative(x), angle + half_turn, angle)


def _is_negative(x: torch.Tensor) -> torch.Tensor:
    """Tell -0.0, too: its reciprocal is -inf."""
    return (x < 0) | (1 / x < 0)
