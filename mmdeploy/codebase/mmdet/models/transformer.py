"""Layers that transformers share."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.mmcv.cnn.adaptive_padding import pad_traced
from mmdeploy.utils import is_dynamic_shape

_UTILS = 'mmdet.models.utils.transformer'


@FUNCTION_REWRITER.register_rewriter(f'{_UTILS}.AdaptivePadding.forward', classes=[f'{_UTILS}.AdaptivePadding'])
def adaptive_padding__forward(ctx, self, x):
    """See `pad_traced`."""
    return pad_traced(self, x, is_open=is_dynamic_shape(ctx.cfg))


@FUNCTION_REWRITER.register_rewriter(f'{_UTILS}.PatchMerging.forward', classes=[f'{_UTILS}.PatchMerging'])
def patch_merging__forward(ctx, self, x, input_size):
    """Merge 2x2 patches by a transposition; other sizes are left to mmdet.

    Args:
        ctx: context of the rewrite.
        self: the layer.
        x: [B, H * W, C].
        input_size: H and W.

    Returns:
        [B, ceil(H / 2) * ceil(W / 2), O] and these two numbers.
    """
    sampler = self.sampler
    plain = all(tuple(torch.nn.modules.utils._pair(value)) == wanted for value, wanted in (
        (sampler.kernel_size, (2, 2)), (sampler.stride, (2, 2)), (sampler.padding, (0, 0)), (sampler.dilation, (1, 1))))
    if not plain or not self.adap_padding:
        return ctx.origin_func(self, x, input_size)
    height, width = input_size
    if not is_dynamic_shape(ctx.cfg):
        height, width = int(height), int(width)
    channels = int(x.shape[2])
    x = torch.nn.functional.pad(x.reshape(-1, height, width, channels), (0, 0, 0, width % 2, 0, height % 2))
    height, width = (height + 1) // 2, (width + 1) // 2
    # Channel by channel, and in each row by row.
    x = x.reshape(-1, height, 2, width, 2, channels).permute(0, 1, 3, 5, 2, 4).reshape(-1, height * width, channels * 4)
    x = self.norm(x) if self.norm else x
    return self.reduction(x), (height, width)
