"""The encoder of NRTR (Sheng et al. 2019)."""
from collections.abc import Sequence

import torch

from mmdeploy.codebase.mmocr.models.utils import get_valid_mask
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.encoders.NRTREncoder.forward', classes=['mmocr.models.textrecog.encoders.NRTREncoder'])
def nrtr_encoder__forward(ctx, self, feat: torch.Tensor, img_metas: Sequence[dict] | None = None) -> torch.Tensor:
    """Return rows [N, H * W, C] of features [N, C, H, W]; the original makes constants of the mask.

    Args:
        ctx: context of the rewrite.
        self: the encoder.
        feat: features.
        img_metas: of the images, see `get_valid_widths`. As in mmocr the share is that of all rows, not of each line.
    """
    output = feat.flatten(2).permute(0, 2, 1)
    mask = get_valid_mask(img_metas, output.shape[1], feat)
    if mask is not None:
        mask = mask.to(feat.dtype)
    for layer in self.layer_stack:
        output = layer(output, mask)
    return self.layer_norm(output)
