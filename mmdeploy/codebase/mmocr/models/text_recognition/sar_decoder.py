"""Decoders of SAR (Li et al. 2019)."""
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.codebase.mmocr.models.utils import get_valid_mask
from mmdeploy.core import FUNCTION_REWRITER

from .recurrent import Recurrent


class _Attention2d:
    """Where each symbol looks: what does not depend on the symbol is computed once.

    Args:
        decoder: of SAR.
        feat: features [N, C, H, W].
        img_metas: of the images, see `get_valid_widths`.
    """

    def __init__(self, decoder: nn.Module, feat: torch.Tensor, img_metas: Sequence[dict] | None):
        self._query = decoder.conv1x1_1
        self._keys = decoder.conv3x3_1(feat).flatten(2)  # [N, K, H * W]
        self._values = feat.flatten(2).transpose(1, 2)  # [N, H * W, C]
        # The bias is left out: it changes all scores by one number, and their softmax not at all.
        self._weight = decoder.conv1x1_2.weight.reshape(1, -1)
        self._query_weight = self._query.weight.reshape(self._query.weight.shape[0], -1)
        mask = get_valid_mask(img_metas, feat.shape[3], feat) if decoder.mask else None
        self._padding = None if mask is None else ~mask.repeat(1, int(feat.shape[2])).unsqueeze(1)

    def look(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the mean of the features that a hidden state [N, C] asks for, [N, C]."""
        query = F.linear(hidden, self._query_weight, self._query.bias).unsqueeze(2)
        scores = torch.matmul(self._weight, torch.tanh(self._keys + query))  # [N, 1, H * W]
        if self._padding is not None:
            scores = scores.masked_fill(self._padding, float('-inf'))
        return torch.matmul(F.softmax(scores, -1), self._values).squeeze(1)


def _start(decoder: nn.Module, feat: torch.Tensor) -> torch.Tensor:
    """Return the embedding of the start token for each image, [N, C]."""
    start = torch.full_like(feat[:, 0, 0, 0], decoder.start_idx, dtype=torch.long)
    return decoder.embedding(start)


def _predict(decoder: nn.Module, *parts: torch.Tensor) -> torch.Tensor:
    """Return the probabilities of symbols [N, classes]."""
    hidden, glimpse, holistic = parts
    found = torch.cat((hidden, glimpse, holistic), 1) if decoder.pred_concat else glimpse
    return F.softmax(decoder.prediction(found), -1)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.ParallelSARDecoder.forward_test',
    classes=['mmocr.models.textrecog.decoders.ParallelSARDecoder'])
def parallel_sar_decoder__forward_test(ctx, self, feat: torch.Tensor, out_enc: torch.Tensor,
                                       img_metas: Sequence[dict] | None) -> torch.Tensor:
    """Return the probabilities of each symbol, [N, T, classes].

    The original runs the whole sequence again for every symbol; here what is past is kept.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        feat: features [N, C, H, W].
        out_enc: what the encoder says of the whole image, [N, C].
        img_metas: of the images, see `get_valid_widths`.
    """
    attention, layers = _Attention2d(self, feat, img_metas), Recurrent(self.rnn_decoder)
    layers.step(out_enc)
    symbol, outputs = _start(self, feat), []
    for i in range(self.max_seq_len):
        hidden = layers.step(symbol)
        outputs.append(_predict(self, hidden, attention.look(hidden), out_enc))
        if i + 1 < self.max_seq_len:
            symbol = self.embedding(outputs[-1].argmax(1))
    return torch.stack(outputs, 1)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.SequentialSARDecoder.forward_test',
    classes=['mmocr.models.textrecog.decoders.SequentialSARDecoder'])
def sequential_sar_decoder__forward_test(ctx, self, feat: torch.Tensor, out_enc: torch.Tensor,
                                         img_metas: Sequence[dict] | None) -> torch.Tensor:
    """Return the probabilities of each symbol, [N, T, classes].

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        feat: features [N, C, H, W].
        out_enc: what the encoder says of the whole image, [N, C].
        img_metas: of the images, see `get_valid_widths`.
    """
    attention = _Attention2d(self, feat, img_metas)
    layers = Recurrent(self.rnn_decoder_layer1, self.rnn_decoder_layer2)
    layers.step(out_enc)
    symbol, outputs = _start(self, feat), []
    for i in range(self.max_seq_len):
        hidden = layers.step(symbol)
        # As mmocr does, and as its models were trained: the cell is forgotten for the hidden state.
        layers.states = [(state, state) for state, _ in layers.states]
        outputs.append(_predict(self, hidden, attention.look(hidden), out_enc))
        if i + 1 < self.max_seq_len:
            symbol = self.embedding(outputs[-1].argmax(1))
    return torch.stack(outputs, 1)
