"""Decoders of SAR (Li et al. 2019)."""
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.codebase.mmocr.models.utils import get_valid_mask
from mmdeploy.core import FUNCTION_REWRITER, MODULE_REWRITER

from .recurrent import Recurrent


class _Attention2d:
    """Where each symbol looks: what does not depend on the symbol is computed once.

    Args:
        decoder: of SAR.
        feat: features [N, C, H, W].
        img_metas: of the images, see `get_valid_widths`; None where no image is padded, or nobody is to see it.
    """

    def __init__(self, decoder: nn.Module, feat: torch.Tensor, img_metas: Sequence[dict] | None):
        self._query = decoder.conv1x1_1
        self._keys = decoder.conv3x3_1(feat).flatten(2)  # [N, K, H * W]
        self._values = feat.flatten(2).transpose(1, 2)  # [N, H * W, C]
        # The bias is left out: it changes all scores by one number, and their softmax not at all.
        self._weight = decoder.conv1x1_2.weight.reshape(1, -1)
        self._query_weight = self._query.weight.reshape(self._query.weight.shape[0], -1)
        mask = get_valid_mask(img_metas, feat.shape[3], feat)
        self._padding = None if mask is None else ~mask.repeat(1, int(feat.shape[2])).unsqueeze(1)

    def look(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the mean of the features that a hidden state [N, C] asks for, [N, C]."""
        query = F.linear(hidden, self._query_weight, self._query.bias).unsqueeze(2)
        return self._mean(torch.matmul(self._weight, torch.tanh(self._keys + query))).squeeze(1)

    def look_at_each(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return what each of several hidden states [N, L, C] asks for, [N, L, C]."""
        query = F.linear(hidden, self._query_weight, self._query.bias).unsqueeze(3)
        scores = torch.matmul(self._weight, torch.tanh(self._keys.unsqueeze(1) + query))  # [N, L, 1, H * W]
        return self._mean(scores.squeeze(2))

    def _mean(self, scores: torch.Tensor) -> torch.Tensor:
        """Return the mean [N, L, C] of the features by scores [N, L, H * W]."""
        if self._padding is not None:
            scores = scores.masked_fill(self._padding, float('-inf'))
        return torch.matmul(F.softmax(scores, -1), self._values)


def _metas_of(ratios: Sequence | None) -> list[dict] | None:
    """Return meta information of images whose `valid_ratios` mmocr hands on."""
    return None if ratios is None else [dict(valid_ratio=ratio) for ratio in ratios]


def _start(decoder: nn.Module, feat: torch.Tensor) -> torch.Tensor:
    """Return the embedding of the start token for each image, [N, C]."""
    start = torch.full_like(feat[:, 0, 0, 0], decoder.start_idx, dtype=torch.long)
    return decoder.embedding(start)


def _predict(decoder: nn.Module, *parts: torch.Tensor) -> torch.Tensor:
    """Return the scores of symbols [..., classes] of hidden state, what it sees and the whole image, [..., C] each."""
    return decoder.prediction(torch.cat(parts, -1) if decoder.pred_concat else parts[1])


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.ParallelSARDecoder._2d_attention',
    classes=['mmocr.models.textrecog.decoders.ParallelSARDecoder'])
def parallel_sar_decoder__2d_attention(ctx, self, decoder_input: torch.Tensor, feat: torch.Tensor,
                                       holistic_feat: torch.Tensor,
                                       valid_ratios: Sequence | None = None) -> torch.Tensor:
    """Return the scores of all symbols of a sequence that is known, [N, L, classes], for every width of features.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        decoder_input: embeddings of the symbols, [N, L, C].
        feat: features [N, C, H, W].
        holistic_feat: what the encoder says of the whole image, [N, 1, C].
        valid_ratios: of each image, see `get_valid_widths`; None: no image is padded.
    """
    hidden = self.rnn_decoder(decoder_input)[0]
    seen = _Attention2d(self, feat, _metas_of(valid_ratios)).look_at_each(hidden)
    holistic = holistic_feat.expand(-1, hidden.shape[1], -1) if self.pred_concat else holistic_feat
    scores = _predict(self, hidden, seen, holistic)
    return self.pred_dropout(scores) if self.train_mode else scores


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
    attention = _Attention2d(self, feat, img_metas if self.mask else None)
    layers = Recurrent(self.rnn_decoder)
    layers.step(out_enc)
    symbol, outputs = _start(self, feat), []
    for i in range(self.max_seq_len):
        hidden = layers.step(symbol)
        outputs.append(F.softmax(_predict(self, hidden, attention.look(hidden), out_enc), -1))
        if i + 1 < self.max_seq_len:
            symbol = self.embedding(outputs[-1].argmax(1))
    return torch.stack(outputs, 1)


class _Sequence:
    """A `SequentialSARDecoder` that reads one symbol after the other.

    Args:
        decoder: the decoder.
        attention: where it looks.
        holistic: what the encoder says of the whole image, [N, C].
    """

    def __init__(self, decoder: nn.Module, attention: _Attention2d, holistic: torch.Tensor):
        self._decoder, self._attention, self._holistic = decoder, attention, holistic
        self.layers = Recurrent(decoder.rnn_decoder_layer1, decoder.rnn_decoder_layer2)

    def step(self, symbol: torch.Tensor) -> torch.Tensor:
        """Return the scores [N, classes] of what comes behind a symbol, which is embedded, [N, C]."""
        hidden = self.layers.step(symbol)
        # As mmocr does, and as its models were trained: the cell is forgotten for the hidden state.
        self.layers.states = [(state, state) for state, _ in self.layers.states]
        return _predict(self._decoder, hidden, self._attention.look(hidden), self._holistic)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.SequentialSARDecoder._2d_attention',
    classes=['mmocr.models.textrecog.decoders.SequentialSARDecoder'])
def sequential_sar_decoder__2d_attention(ctx, self, y_prev: torch.Tensor, feat: torch.Tensor,
                                         holistic_feat: torch.Tensor, hx1: torch.Tensor, cx1: torch.Tensor,
                                         hx2: torch.Tensor, cx2: torch.Tensor,
                                         valid_ratios: Sequence | None = None) -> tuple[torch.Tensor, ...]:
    """Return the scores of the next symbol, and the state behind it, for every width of features.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        y_prev: embedding of the symbol before, [N, C].
        feat: features [N, C, H, W].
        holistic_feat: what the encoder says of the whole image, [N, C].
        hx1, cx1, hx2, cx2: hidden state and cell of both layers, [N, C].
        valid_ratios: of each image, see `get_valid_widths`; None: no image is padded.

    Returns:
        Scores [N, classes], then hidden state and cell of both layers; as in mmocr the cell is the hidden state.
    """
    sequence = _Sequence(self, _Attention2d(self, feat, _metas_of(valid_ratios)), holistic_feat)
    sequence.layers.states = [(hx1, cx1), (hx2, cx2)]
    scores = sequence.step(y_prev)
    return scores, *(part for state in sequence.layers.states for part in state)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.SequentialSARDecoder.forward_train',
    classes=['mmocr.models.textrecog.decoders.SequentialSARDecoder'])
def sequential_sar_decoder__forward_train(ctx, self, feat: torch.Tensor, out_enc: torch.Tensor,
                                          targets_dict: dict | None,
                                          img_metas: Sequence[dict] | None = None) -> torch.Tensor:
    """Decode; in spite of its name mmocr calls it for tests, too.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        feat: features [N, C, H, W].
        out_enc: what the encoder says of the whole image, [N, C].
        targets_dict: `padded_targets` [N, T or more], the symbols of a decoder that trains; else not read.
        img_metas: of the images, see `get_valid_widths`.

    Returns:
        [N, T, classes]: scores of each symbol behind the targets, or the probabilities of those that are read.
    """
    sequence = _Sequence(self, _Attention2d(self, feat, img_metas if self.mask else None), out_enc)
    targets = self.embedding(targets_dict['padded_targets'].to(feat.device)) if self.train_mode else None
    sequence.layers.step(out_enc)
    symbol, outputs = _start(self, feat), []
    for i in range(self.max_seq_len):
        scores = sequence.step(symbol if targets is None else targets[:, i])
        if targets is not None:
            outputs.append(self.pred_dropout(scores))
            continue
        outputs.append(F.softmax(scores, -1))
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
    return self.forward_train(feat, out_enc, None, img_metas)


@MODULE_REWRITER.register_rewrite_module('mmocr.models.textrecog.decoders.SequentialSARDecoder')
class SequentialSARDecoder(nn.Module):
    """A decoder that reads and never trains, whatever it is told.

    Args:
        module: the decoder.
        deploy_cfg: deploy config.
        kwargs: ignored.
    """

    def __init__(self, module: nn.Module, deploy_cfg: Mapping, **kwargs: Any):
        super().__init__()
        self.module = module

    def forward(self, feat: torch.Tensor, out_enc: torch.Tensor, targets_dict: dict | None = None,
                img_metas: Sequence[dict] | None = None, train_mode: bool = False) -> torch.Tensor:
        """See `forward_test`; `targets_dict` and `train_mode` are ignored."""
        return self.forward_test(feat, out_enc, img_metas)

    def forward_test(self, feat: torch.Tensor, out_enc: torch.Tensor,
                     img_metas: Sequence[dict] | None) -> torch.Tensor:
        """See `sequential_sar_decoder__forward_test`."""
        self.module.train_mode = False
        return self.module.forward_test(feat, out_enc, img_metas)
