"""Layers of mmcv's transformers."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(
    'mmcv.cnn.bricks.transformer.PatchEmbed.forward', backend=Backend.NCNN.value)
def patch_embed__forward__ncnn(ctx, self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
    """Cut images [N, C, H, W] into embedded patches [N, h * w, D]; also return (h, w).

    ncnn has no layer for `flatten` of some dimensions.
    """
    if self.adaptive_padding:
        x = self.adaptive_padding(x)
    x = self.projection(x)
    size = (x.shape[2], x.shape[3])
    x = x.reshape(x.shape[0], x.shape[1], -1).transpose(1, 2)
    return (x if self.norm is None else self.norm(x)), size
