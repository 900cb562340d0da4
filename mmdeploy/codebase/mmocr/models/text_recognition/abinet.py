"""ABINet (Fang et al. 2021)."""
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.ABINet.simple_test', classes=['mmocr.models.textrecog.ABINet'])
def abinet__simple_test(ctx, self, img: torch.Tensor, img_metas: Sequence[dict], **kwargs: Any) -> torch.Tensor:
    """Return the probabilities of symbols in images [B, C, H, W], [B, T, classes]; text is made outside.

    Args:
        ctx: context of the rewrite.
        self: the recogniser.
        img: images.
        img_metas: not looked at: images are not padded.
        kwargs: ignored.
    """
    features = self.extract_feat(img)
    found = None if self.encoder is None else self.encoder(features)
    seen, logits = found, None if found is None else found['logits']
    for _ in range(self.iter_size):
        if self.decoder is not None:
            found = understood = self.decoder(features, logits, img_metas=img_metas, train_mode=False)
        if self.fuser is not None:
            found = self.fuser(seen['feature'], understood['feature'])
            logits = found['logits']
    return found['logits'].softmax(dim=-1)
