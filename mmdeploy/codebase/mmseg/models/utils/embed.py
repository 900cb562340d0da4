"""Layers that make patches of images."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.mmcv.cnn.adaptive_padding import pad_traced


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.utils.embed.AdaptivePadding.forward', classes=['mmseg.models.utils.embed.AdaptivePadding'])
def adaptive_padding__forward(ctx, self, x: torch.Tensor) -> torch.Tensor:
    """See `pad_traced`."""
    return pad_traced(self, x)
