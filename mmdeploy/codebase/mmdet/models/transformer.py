"""Layers that transformers share."""
from collections.abc import Callable, Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.mmcv.cnn.adaptive_padding import pad_traced
from mmdeploy.mmcv.cnn.windows import pad, pad_by_slices
from mmdeploy.utils import Backend, is_dynamic_shape

_UTILS = 'mmdet.models.utils.transformer'


@FUNCTION_REWRITER.register_rewriter(f'{_UTILS}.AdaptivePadding.forward', classes=[f'{_UTILS}.AdaptivePadding'])
def adaptive_padding__forward(ctx, self, x):
    """See `pad_traced`."""
    return pad_traced(self, x, is_open=is_dynamic_shape(ctx.cfg))


def _merge(ctx, merging: torch.nn.Module, x: torch.Tensor, input_size: Sequence, pad: Callable[..., torch.Tensor]):
    """See `patch_merging__forward`; `pad` adds zeros as `pad_by_slices` does."""
    sampler = merging.sampler
    plain = all(tuple(torch.nn.modules.utils._pair(value)) == wanted for value, wanted in (
        (sampler.kernel_size, (2, 2)), (sampler.stride, (2, 2)), (sampler.padding, (0, 0)), (sampler.dilation, (1, 1))))
    if not plain or not merging.adap_padding:
        return ctx.origin_func(merging, x, input_size)
    height, width = input_size
    if not is_dynamic_shape(ctx.cfg):
        height, width = int(height), int(width)
    channels = int(x.shape[2])
    x = pad(x.reshape(-1, height, width, channels), width % 2, height % 2, 1)
    height, width = (height + 1) // 2, (width + 1) // 2
    # Channel by channel, and in each row by row.
    x = x.reshape(-1, height, 2, width, 2, channels).permute(0, 1, 3, 5, 2, 4).reshape(-1, height * width, channels * 4)
    x = merging.norm(x) if merging.norm else x
    return merging.reduction(x), (height, width)


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
    return _merge(ctx, self, x, input_size, pad)


@FUNCTION_REWRITER.register_rewriter(f'{_UTILS}.PatchMerging.forward', backend=Backend.TENSORRT.value,
                                     classes=[f'{_UTILS}.PatchMerging'])
def patch_merging__forward__tensorrt(ctx, self, x, input_size):
    """See `patch_merging__forward`; what an engine is not built for is padded by slices, see `pad_by_slices`."""
    return _merge(ctx, self, x, input_size, pad_by_slices)
