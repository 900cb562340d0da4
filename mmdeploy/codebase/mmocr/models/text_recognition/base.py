"""The entry of every recogniser."""
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewritten import check_rewritten


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
    # PyTorch's exporter passes the default of a later parameter in place of what is left out.
    metas = img_metas if isinstance(img_metas, list | tuple) and img_metas else [{}]
    metas = [dict(meta) for meta in (metas[0] if isinstance(metas[0], list | tuple) else metas)]
    for meta in metas:
        # As mmocr does. A graph gets nothing but images: `PaddedRecogniser` finds out there.
        if 'resize_shape' in meta and not torch.jit.is_tracing():
            meta['valid_ratio'] = meta['resize_shape'][1] / img.shape[3]
    return self.simple_test(img, metas)
