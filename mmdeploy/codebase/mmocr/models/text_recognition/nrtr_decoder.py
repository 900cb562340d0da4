"""The decoder of NRTR (Sheng et al. 2019) and SATRN."""
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.codebase.mmocr.models.utils import get_valid_mask
from mmdeploy.core import FUNCTION_REWRITER


def _heads(attention: nn.Module, x: torch.Tensor, size: int) -> torch.Tensor:
    """Return rows [N, L, heads * size] by head, [N, heads, L, size]."""
    return x.reshape(x.shape[0], -1, attention.n_head, size).transpose(1, 2)


def _attend(attention: nn.Module, x: torch.Tensor, keys: torch.Tensor, values: torch.Tensor,
            padding: torch.Tensor | None) -> torch.Tensor:
    """Let one row of each image [N, C] attend to keys and values [N, heads, L, size]; return [N, C]."""
    query = attention.linear_q(x).reshape(-1, attention.n_head, 1, attention.d_k)
    scores = torch.matmul(query / attention.attention.temperature, keys.transpose(2, 3))
    if padding is not None:
        scores = scores.masked_fill(padding, float('-inf'))
    found = torch.matmul(F.softmax(scores, -1), values)  # [N, heads, 1, size]
    return attention.fc(found.reshape(-1, attention.dim_v))


class _Layer:
    """A layer of the decoder that gets one symbol after the other.

    Args:
        layer: of mmocr.
        source: what the encoder gives, [N, L, C].
        padding: rows that are none of the image, [N, 1, 1, L].
    """

    def __init__(self, layer: nn.Module, source: torch.Tensor, padding: torch.Tensor | None):
        self._layer, self._padding = layer, padding
        attention = layer.enc_attn
        self._source = (_heads(attention, attention.linear_k(source), attention.d_k),
                        _heads(attention, attention.linear_v(source), attention.d_v))
        self._past: tuple[torch.Tensor, torch.Tensor] | None = None

    def _attend_to_past(self, x: torch.Tensor) -> torch.Tensor:
        attention = self._layer.self_attn
        own = (attention.linear_k(x).reshape(-1, attention.n_head, 1, attention.d_k),
               attention.linear_v(x).reshape(-1, attention.n_head, 1, attention.d_v))
        self._past = own if self._past is None else tuple(
            torch.cat(pair, 2) for pair in zip(self._past, own, strict=True))
        return _attend(attention, x, *self._past, None)

    def step(self, x: torch.Tensor) -> torch.Tensor:
        """Run the layer for the next symbol [N, C]; return [N, C]."""
        layer = self._layer
        norms = (layer.norm1, layer.norm2, layer.norm3)
        parts = (self._attend_to_past, lambda x: _attend(layer.enc_attn, x, *self._source, self._padding), layer.mlp)
        for norm, part in zip(norms, parts, strict=True):
            x = x + part(norm(x)) if layer.operation_order[0] == 'norm' else norm(x + part(x))
        return x


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.NRTRDecoder.forward_test',
    classes=['mmocr.models.textrecog.decoders.NRTRDecoder'])
def nrtr_decoder__forward_test(ctx, self, feat: torch.Tensor, out_enc: torch.Tensor,
                               img_metas: Sequence[dict] | None) -> torch.Tensor:
    """Return the probabilities of each symbol, [N, T, classes].

    The original runs the whole sequence again for every symbol, with what is to come masked; here keys and values of
    what is past are kept.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        feat: not used.
        out_enc: what the encoder gives, [N, L, C].
        img_metas: of the images, see `get_valid_widths`.
    """
    mask = get_valid_mask(img_metas, out_enc.shape[1], out_enc)
    padding = None if mask is None else ~mask[:, None, None]
    layers = [_Layer(layer, out_enc, padding) for layer in self.layer_stack]
    symbol = torch.full_like(out_enc[:, 0, 0], self.start_idx, dtype=torch.long)
    outputs = []
    for i in range(self.max_seq_len):
        x = self.trg_word_emb(symbol) + self.position_enc.position_table[:, i]
        for layer in layers:
            x = layer.step(x)
        outputs.append(F.softmax(self.classifier(self.layer_norm(x)), -1))
        symbol = outputs[-1].argmax(-1)
    return torch.stack(outputs, 1)
