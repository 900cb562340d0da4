"""The decoder of CRNN."""
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

_DECODER = 'mmocr.models.textrecog.decoders.CRNNDecoder'


def _scores_without_rnn(decoder: torch.nn.Module, feat: torch.Tensor) -> torch.Tensor:
    """Return scores [N, W, classes] of a decoder that is a convolution, of features [N, C, 1, W]."""
    return decoder.decoder(feat).squeeze(2).permute(0, 2, 1)


def _check_height(feat: torch.Tensor) -> None:
    if feat.shape[2] != 1:
        raise ValueError(f'CRNN: features are {int(feat.shape[2])} high, expected 1: ResizeOCR must make '
                         'images 32 high')


@FUNCTION_REWRITER.register_rewriter(f'{_DECODER}.forward_train', classes=[_DECODER])
def crnndecoder__forward_train(ctx, self, feat: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return scores [N, W, classes] of features [N, C, 1, W]; the original makes constants of sizes.

    Raises:
        ValueError: the features are higher than 1.
    """
    _check_height(feat)
    if not self.rnn_flag:
        return _scores_without_rnn(self, feat)
    x = feat.squeeze(2).permute(2, 0, 1)
    for layer in self.decoder:
        x = layer.embedding(layer.rnn(x)[0])
    return x.permute(1, 0, 2)


@FUNCTION_REWRITER.register_rewriter(f'{_DECODER}.forward_train', backend=Backend.NCNN.value, classes=[_DECODER])
def crnndecoder__forward_train__ncnn(ctx, self, feat: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """See `crnndecoder__forward_train`; the layers are those of `bidirectionallstm__forward__ncnn`."""
    _check_height(feat)
    if not self.rnn_flag:
        return _scores_without_rnn(self, feat)
    return self.decoder(feat.squeeze(2).permute(2, 0, 1)).permute(1, 0, 2)
