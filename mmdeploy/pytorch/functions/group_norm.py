"""`torch.nn.functional.group_norm`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(func_name='torch.nn.functional.group_norm', backend=Backend.NCNN.value)
def group_norm__ncnn(ctx,
                     input: torch.Tensor,
                     num_groups: int,
                     weight: torch.Tensor | None = None,
                     bias: torch.Tensor | None = None,
                     eps: float = 1e-05) -> torch.Tensor:
    """Normalise groups as channels of one long row.

    Args:
        ctx: context of the rewrite.
        input: [N, C, *].
        num_groups: divides C.
        weight: [C].
        bias: [C].
        eps: added to the variance.
    """
    # In two steps: ncnn would take [N, G, -1, 1] for a shape of other dimensions.
    groups = input.reshape(input.shape[0], num_groups, -1).unsqueeze(-1)
    ones, zeros = input.new_ones(num_groups), input.new_zeros(num_groups)
    # F.instance_norm refuses groups of one element.
    normed = torch.instance_norm(groups, ones, zeros, None, None, True, 0., eps, False).reshape(input.shape)
    per_channel = (1, -1) + (1, ) * (input.ndim - 2)
    if weight is not None:
        normed = normed * weight.reshape(per_channel)
    if bias is not None:
        normed = normed + bias.reshape(per_channel)
    return normed
