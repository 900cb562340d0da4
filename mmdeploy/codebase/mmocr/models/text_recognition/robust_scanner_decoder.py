"""The decoders of RobustScanner (Yue et al. 2020)."""
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.codebase.mmocr.models.utils import get_valid_mask
from mmdeploy.core import FUNCTION_REWRITER

from .recurrent import Recurrent


class _Attention:
    """Where queries look in a map.

    Args:
        decoder: `SequenceAttentionDecoder` or `PositionAttentionDecoder`.
        keys: [N, C, H, W].
        feat: features of the backbone, [N, D, H, W].
        out_enc: those of the encoder, [N, C, H, W].
        img_metas: of the images, see `get_valid_widths`.
    """

    def __init__(self, decoder: nn.Module, keys: torch.Tensor, feat: torch.Tensor, out_enc: torch.Tensor,
                 img_metas: Sequence[dict] | None):
        self._scale = decoder.attention_layer.scale
        self._keys = keys.flatten(2)
        self._values = (out_enc if decoder.encode_value else feat).flatten(2).transpose(1, 2)
        mask = get_valid_mask(img_metas, feat.shape[3], feat) if decoder.mask else None
        self._padding = None if mask is None else ~mask.repeat(1, int(feat.shape[2])).unsqueeze(1)

    def look(self, query: torch.Tensor) -> torch.Tensor:
        """Return a mean of values for each query [N, L, C], [N, L, C or D]."""
        scores = torch.matmul(query, self._keys) * self._scale
        if self._padding is not None:
            scores = scores.masked_fill(self._padding, float('-inf'))
        return torch.matmul(F.softmax(scores, -1), self._values)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.PositionAttentionDecoder.forward_test',
    classes=['mmocr.models.textrecog.decoders.PositionAttentionDecoder'])
def position_attention_decoder__forward_test(ctx, self, feat: torch.Tensor, out_enc: torch.Tensor,
                                             img_metas: Sequence[dict] | None) -> torch.Tensor:
    """Return what is seen for each position, [N, T, C or D], or scores of symbols [N, T, classes]."""
    attention = _Attention(self, self.position_aware_module(out_enc), feat, out_enc, img_metas)
    positions = torch.arange(self.max_seq_len, device=feat.device)
    found = attention.look(self.embedding(positions).unsqueeze(0))
    return found if self.return_feature else self.prediction(found)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.RobustScannerDecoder.forward_test',
    classes=['mmocr.models.textrecog.decoders.RobustScannerDecoder'])
def robust_scanner_decoder__forward_test(ctx, self, feat: torch.Tensor, out_enc: torch.Tensor,
                                         img_metas: Sequence[dict] | None) -> torch.Tensor:
    """Return the probabilities of each symbol, [N, T, classes].

    The original runs the recurrent layer for the whole sequence again for every symbol; here its state is kept.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        feat: features [N, D, H, W] of the backbone.
        out_enc: features [N, C, H, W] of the encoder.
        img_metas: of the images, see `get_valid_widths`.
    """
    glimpses = self.position_decoder.forward_test(feat, out_enc, img_metas)
    hybrid = self.hybrid_decoder
    attention, layers = _Attention(hybrid, out_enc, feat, out_enc, img_metas), Recurrent(hybrid.sequence_layer)
    symbol = torch.full_like(feat[:, 0, 0, 0], self.start_idx, dtype=torch.long)
    outputs = []
    for i in range(self.max_seq_len):
        query = layers.step(hybrid.embedding(symbol)).unsqueeze(1)
        fused = self.fusion_module(attention.look(query).squeeze(1), glimpses[:, i])
        outputs.append(F.softmax(self.prediction(fused), -1))
        symbol = outputs[-1].argmax(1)
    return torch.stack(outputs, 1)
