"""The entry of every recogniser."""
from typing import Any

import torch

from mmdeploy.codebase.mmdet.models.detectors.results import check_rewritten
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter('mmocr.models.textrecog.BaseRecognizer.forward')
def base_recognizer__forward(ctx, self, img: torch.Tensor | list, img_metas: Any = None, *args: Any,
                             **kwargs: Any) -> torch.Tensor:
    """Read images.

    Args:
        ctx: context of the rewrite.
        self: the recogniser.
        img: [B, C, H, W]; or a list whose first item is one, or [C, H, W].
        img_metas: meta information of each image, or a list whose first item is a list of them.
        args: ignored.
        kwargs: ignored: a deployed model does not train.

    Returns:
        Scores of symbols [B, T, classes].

    Raises:
        NotServedError: no rewrite lets the recogniser answer in scores.
    """
    check_rewritten(self, 'simple_test')
    if isinstance(img, list):
        img = img[0]
    if img.dim() == 3:
        img = img.unsqueeze(0)
    if img_metas and isinstance(img_metas[0], list | tuple):
        img_metas = img_metas[0]
    return self.simple_test(img, [dict(meta) for meta in img_metas or [{}]])
