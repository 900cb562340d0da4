"""Recognisers of a backbone, an encoder and a decoder."""
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.codebase.mmocr.deploy.check import RECOGNISERS
from mmdeploy.core import FUNCTION_REWRITER

# ABINet has a method of its own.
_SERVED = [name for name in RECOGNISERS if name != 'ABINet']


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.EncodeDecodeRecognizer.simple_test',
    classes=[f'mmocr.models.textrecog.{name}' for name in _SERVED])
def encode_decode_recognizer__simple_test(ctx, self, img: torch.Tensor, img_metas: Sequence[dict],
                                          **kwargs: Any) -> torch.Tensor:
    """Return the scores of the decoder for images [B, C, H, W]: [B, T, classes]. Text is made outside.

    Args:
        ctx: context of the rewrite.
        self: the recogniser.
        img: images.
        img_metas: of each image; `valid_ratio` says how much of its width is not padding, see `get_valid_widths`.
        kwargs: ignored.
    """
    features = self.extract_feat(img)
    encoded = None if self.encoder is None else self.encoder(features, img_metas)
    return self.decoder(features, encoded, None, img_metas, train_mode=False)
