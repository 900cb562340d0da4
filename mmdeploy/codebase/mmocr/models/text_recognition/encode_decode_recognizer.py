"""Recognisers of a backbone, an encoder and a decoder."""
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER

_SERVED = ('CRNNNet', )


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
        img_metas: of each image; `resize_shape` says how wide it is without padding, unless `valid_ratio` of the only
            one is a tensor [B], which does.
        kwargs: ignored.
    """
    for meta in img_metas:
        if not isinstance(meta.get('valid_ratio', None), torch.Tensor):
            meta['valid_ratio'] = meta['resize_shape'][1] / int(img.shape[-1]) if 'resize_shape' in meta else 1.0
    features = self.extract_feat(img)
    encoded = None if self.encoder is None else self.encoder(features, img_metas)
    return self.decoder(features, encoded, None, img_metas, train_mode=False)
