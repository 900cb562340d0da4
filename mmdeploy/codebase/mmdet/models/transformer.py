"""Layers that transformers share."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import is_dynamic_shape

_UTILS = 'mmdet.models.utils.transformer'


def _missing(size: int | torch.Tensor, kernel: int, stride: int, dilation: int) -> int | torch.Tensor:
    """Return by how much a side must grow so that the kernel begins at every `stride`-th place of it."""
    last = (size + stride - 1) // stride * stride - stride
    missing = last + (kernel - 1) * dilation + 1 - size
    return missing.clamp(min=0) if isinstance(missing, torch.Tensor) else max(missing, 0)


@FUNCTION_REWRITER.register_rewriter(f'{_UTILS}.AdaptivePadding.forward', classes=[f'{_UTILS}.AdaptivePadding'])
def adaptive_padding__forward(ctx, self, x):
    """Pad [B, C, H, W]; mmdet decides by how much while it is traced."""
    height, width = x.shape[-2:]
    if not is_dynamic_shape(ctx.cfg):
        height, width = int(height), int(width)
    below = _missing(height, self.kernel_size[0], self.stride[0], self.dilation[0])
    right = _missing(width, self.kernel_size[1], self.stride[1], self.dilation[1])
    if isinstance(below, int) and below == 0 and right == 0:
        return x
    if self.padding == 'same' or self.padding == ('same', 'same'):
        return torch.nn.functional.pad(x, [right // 2, right - right // 2, below // 2, below - below // 2])
    return torch.nn.functional.pad(x, [0, right, 0, below])


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
