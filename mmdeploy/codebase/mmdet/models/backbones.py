"""Backbones: CSPDarknet and Swin Transformer."""
from collections.abc import Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.mmcv.cnn.windows import attend_in_windows, pad_by_slices, partition, reverse
from mmdeploy.utils import Backend, get_common_config, is_dynamic_shape

_FOCUS = 'mmdet.models.backbones.csp_darknet.Focus'
_WINDOWS = 'mmdet.models.backbones.swin.ShiftWindowMSA'


@FUNCTION_REWRITER.register_rewriter(f'{_FOCUS}.forward', classes=[_FOCUS])
def focus__forward__default(ctx, self, x):
    """Put each 2x2 block of [B, C, H, W] into channels by one transposition: [B, O, H / 2, W / 2]."""
    batch, channels, height, width = x.shape
    x = x.reshape(batch, channels, height // 2, 2, width // 2, 2).permute(0, 5, 3, 1, 2, 4)
    return self.conv(x.reshape(batch, channels * 4, height // 2, width // 2))


@FUNCTION_REWRITER.register_rewriter(f'{_FOCUS}.forward', backend=Backend.NCNN.value, classes=[_FOCUS])
def focus__forward__ncnn(ctx, self, x):
    """Put each 2x2 block of [1, C, H, W] into channels; ncnn's tensors have four dimensions at most.

    Rows and columns are split one after the other: what is two apart lies in one row of a matrix with two columns.
    """
    batch, channels, height, width = x.shape
    assert batch == 1, f'ncnn takes one image at a time, found a batch of {batch}'
    assert height % 2 == 0 and width % 2 == 0, f'Focus needs even sizes, found {height}x{width}'

    def halves(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the even and the odd columns of [1, C, H, W]."""
        pairs = x.reshape(1, channels, -1, 2).permute(0, 1, 3, 2)
        return tuple(pairs[:, :, i:i + 1].reshape(1, channels, x.shape[2], x.shape[3] // 2) for i in range(2))

    def rows(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the even and the odd rows of [1, C, H, W]."""
        pairs = x.reshape(1, channels, x.shape[2] // 2, -1)
        return tuple(pairs[..., i * x.shape[3]:(i + 1) * x.shape[3]] for i in range(2))

    left, right = halves(x)
    return self.conv(torch.cat([*rows(left), *rows(right)], 1))


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.backbones.swin.WindowMSA.forward', backend=Backend.TENSORRT.value,
    classes=['mmdet.models.backbones.swin.WindowMSA'])
def windowmsa__forward__tensorrt(ctx, self, x, mask=None):
    """Attend within windows, with a softmax that does not overflow in 16 bits.

    Args:
        ctx: context of the rewrite.
        self: the attention.
        x: [windows, N, C].
        mask: [windows of an image, N, N], or None.

    Returns:
        [windows, N, C].
    """
    windows, places, channels = x.shape
    qkv = self.qkv(x).reshape(windows, places, 3, self.num_heads, channels // self.num_heads).permute(2, 0, 3, 1, 4)
    q, k, v = qkv[0] * self.scale, qkv[1], qkv[2]
    bias = self.relative_position_bias_table[self.relative_position_index.view(-1)].view(places, places, -1)
    attn = q @ k.transpose(-2, -1) + bias.permute(2, 0, 1).unsqueeze(0)
    if mask is not None:
        attn = attn.view(-1, mask.shape[0], self.num_heads, places, places) + mask.unsqueeze(1).unsqueeze(0)
        attn = attn.view(-1, self.num_heads, places, places)
    if get_common_config(ctx.cfg).get('fp16_mode', False):
        attn = attn.log_softmax(-1).exp()
    else:
        attn = (attn - attn.max(-1, keepdim=True)[0]).exp()
        attn = attn / attn.sum(-1, keepdim=True)
    x = (self.attn_drop(attn) @ v).transpose(1, 2).reshape(windows, places, channels)
    return self.proj_drop(self.proj(x))


@FUNCTION_REWRITER.register_rewriter(f'{_WINDOWS}.forward', classes=[_WINDOWS])
def shift_window_msa__forward(ctx, self, query, hw_shape):
    """See `attend_in_windows`; query and result are [B, H * W, C]."""
    return attend_in_windows(self, query, _size(ctx.cfg, hw_shape))


@FUNCTION_REWRITER.register_rewriter(f'{_WINDOWS}.forward', backend=Backend.TENSORRT.value, classes=[_WINDOWS])
def shift_window_msa__forward__tensorrt(ctx, self, query, hw_shape):
    """See `shift_window_msa__forward`; what an engine is not built for is padded by slices, see `pad_by_slices`."""
    return attend_in_windows(self, query, _size(ctx.cfg, hw_shape), pad_by_slices)


@FUNCTION_REWRITER.register_rewriter(
    f'{_WINDOWS}.window_partition', backend=Backend.TENSORRT.value, classes=[_WINDOWS])
def shift_window_msa__window_partition__tensorrt(ctx, self, x):
    """Return the windows [windows * B, window, window, C] of [B, H, W, C], for each size and batch."""
    return partition(x, self.window_size).reshape(-1, self.window_size, self.window_size, x.shape[3])


@FUNCTION_REWRITER.register_rewriter(f'{_WINDOWS}.window_reverse', backend=Backend.TENSORRT.value, classes=[_WINDOWS])
def shift_window_msa__window_reverse__tensorrt(ctx, self, windows, H, W):
    """Return [B, H, W, C] of windows [windows * B, window, window, C]; the original counts the batch in Python."""
    return reverse(windows, H, W, self.window_size)


def _size(deploy_cfg, size: Sequence) -> Sequence:
    """Return height and width, as numbers where they are not open."""
    return size if is_dynamic_shape(deploy_cfg) else [int(side) for side in size]
