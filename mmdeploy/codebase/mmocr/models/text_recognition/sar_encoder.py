"""The encoder of SAR."""
from collections.abc import Sequence

import torch

from mmdeploy.codebase.mmocr.models.utils import get_valid_widths
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.encoders.SAREncoder.forward', classes=['mmocr.models.textrecog.encoders.SAREncoder'])
def sar_encoder__forward(ctx, self, feat: torch.Tensor, img_metas: Sequence[dict] | None = None) -> torch.Tensor:
    """Return what features [N, C, H, W] say of the whole image, [N, C]: the state behind its last column.

    Args:
        ctx: context of the rewrite.
        self: the encoder.
        feat: features.
        img_metas: of the images, see `get_valid_widths`.
    """
    columns = self.rnn_encoder(feat.amax(2).permute(0, 2, 1))[0]  # [N, W, C]
    widths = get_valid_widths(img_metas, feat.shape[3], feat) if self.mask else None
    if widths is None:
        return self.linear(columns[:, -1])
    # Chosen by a product: as exact as an index, and no engine lacks it.
    last = torch.arange(feat.shape[3], device=feat.device)[None] == widths[:, None] - 1
    return self.linear((columns * last.to(columns.dtype).unsqueeze(2)).sum(1))
