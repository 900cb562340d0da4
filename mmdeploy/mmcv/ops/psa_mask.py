"""Masks of point-wise spatial attention, of which mmcv has an operator that no engine knows."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


def _places(extent: torch.Tensor | int, mask: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return where in a mask around row b row a lies, [a, b], and whether it lies in it."""
    rows = torch.arange(extent)
    places = rows.view(-1, 1) - rows + (mask - 1) // 2
    inside = (places >= 0) & (places < mask)
    return torch.where(inside, places, torch.zeros_like(places)), inside


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.psa_mask.PSAMask.forward')
def psa_mask__forward__default(ctx, self, input: torch.Tensor) -> torch.Tensor:
    """Turn masks [N, mask_h * mask_w, H, W] around each place into weights [N, H * W, H, W] of all places.

    Weights of places (first) for each place (last): 'collect'; of each place for all: 'distribute'.
    """
    mask_h, mask_w = self.mask_size
    n, _, h, w = input.shape
    rows, row_inside = _places(h, mask_h)
    columns, column_inside = _places(w, mask_w)
    index = rows.view(h, 1, h, 1) * mask_w + columns.view(1, w, 1, w)
    inside = row_inside.view(h, 1, h, 1) & column_inside.view(1, w, 1, w)
    weights = input.gather(1, index.view(1, h * w, h, w).expand(n, h * w, h, w))
    weights = torch.where(inside.view(1, h * w, h, w), weights, torch.zeros((), dtype=input.dtype))
    if self.psa_type == 'distribute':
        weights = weights.view(n, h * w, h * w).transpose(1, 2).reshape(n, h * w, h, w)
    return weights
