"""The encoder of SATRN (Lee et al. 2020)."""
from collections.abc import Sequence

import torch

from mmdeploy.codebase.mmocr.models.utils import get_valid_mask
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.encoders.SatrnEncoder.forward', classes=['mmocr.models.textrecog.encoders.SatrnEncoder'])
def satrn_encoder__forward(ctx, self, feat: torch.Tensor, img_metas: Sequence[dict] | None = None) -> torch.Tensor:
    """Return rows [N, H * W, C] of features [N, C, H, W]; the original makes constants of the mask.

    Args:
        ctx: context of the rewrite.
        self: the encoder.
        feat: features.
        img_metas: of the images, see `get_valid_widths`.
    """
    feat = feat + self.position_enc(feat)
    h, w = feat.shape[2:]
    mask = get_valid_mask(img_metas, w, feat)
    if mask is not None:
        mask = mask.repeat(1, int(h)).to(feat.dtype)
    output = feat.flatten(2).permute(0, 2, 1)
    for layer in self.layer_stack:
        output = layer(output, h, w, mask)
    return self.layer_norm(output)
