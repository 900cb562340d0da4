"""The decoder of CRNN."""
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.CRNNDecoder.forward_train',
    classes=['mmocr.models.textrecog.decoders.CRNNDecoder'])
def crnndecoder__forward_train(ctx, self, feat: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return scores [N, W, classes] of features [N, C, 1, W]; the original makes constants of sizes.

    Raises:
        ValueError: the features are higher than 1.
    """
    if feat.shape[2] != 1:
        raise ValueError(f'CRNN: features are {int(feat.shape[2])} high, expected 1: ResizeOCR must make '
                         'images 32 high')
    if not self.rnn_flag:
        return self.decoder(feat).squeeze(2).permute(0, 2, 1)
    x = feat.squeeze(2).permute(2, 0, 1)
    for layer in self.decoder:
        x = layer.embedding(layer.rnn(x)[0])
    return x.permute(1, 0, 2)
