"""Backbones: CSPDarknet and Swin Transformer."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
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


@FUNCTION_REWRITER.register_rewriter(f'{_WINDOWS}.window_reverse', classes=[_WINDOWS])
def shift_window_msa__window_reverse(ctx, self, windows, H, W):
    """Put windows [B * n, size, size, C] together to images [B, H, W, C]; mmdet fixes the batch by a division."""
    size, channels = self.window_size, int(windows.shape[-1])
    x = windows.reshape(-1, H // size, W // size, size, size, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, H, W, channels)


@FUNCTION_REWRITER.register_rewriter(f'{_WINDOWS}.window_partition', classes=[_WINDOWS])
def shift_window_msa__window_partition(ctx, self, x):
    """Cut images [B, H, W, C] into windows [B * n, size, size, C]."""
    batch, height, width, channels = x.shape
    size = self.window_size
    x = x.reshape(batch, height // size, size, width // size, size, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, size, size, int(channels))


def _parts(length: int | torch.Tensor, window: int, shift: int, like: torch.Tensor) -> torch.Tensor:
    """Return for each of `length` places whether it is before the last window (0), in front of the shift (1) or behind.

    What is shifted out at one side comes in at the other: places of different parts are no neighbours.
    """
    place = torch.arange(length, device=like.device)
    return (place >= length - window).to(like) + (place >= length - shift).to(like)


def _attention_mask(attention: torch.nn.Module, height: int | torch.Tensor, width: int | torch.Tensor,
                    like: torch.Tensor) -> torch.Tensor:
    """Return [windows, N, N], -100 for places that are no neighbours in the image, 0 otherwise."""
    rows, columns = (_parts(length, attention.window_size, attention.shift_size, like) for length in (height, width))
    image = rows.reshape(1, -1, 1, 1) * 3 + columns.reshape(1, 1, -1, 1)
    windows = attention.window_partition(image).reshape(-1, attention.window_size**2)
    return (windows.unsqueeze(1) != windows.unsqueeze(2)).to(like) * -100.0


@FUNCTION_REWRITER.register_rewriter(f'{_WINDOWS}.forward', classes=[_WINDOWS])
def shift_window_msa__forward(ctx, self, query, hw_shape):
    """Attend within windows that are shifted: without writing into a mask, and for sizes that are known at run time.

    Args:
        ctx: context of the rewrite.
        self: the attention.
        query: [B, H * W, C].
        hw_shape: H and W.

    Returns:
        [B, H * W, C].
    """
    height, width = hw_shape
    if not is_dynamic_shape(ctx.cfg):
        height, width = int(height), int(width)
    size, shift, channels = self.window_size, self.shift_size, int(query.shape[2])
    below, right = (size - height % size) % size, (size - width % size) % size
    x = query.reshape(-1, height, width, channels)
    x = torch.nn.functional.pad(x, (0, 0, 0, right, 0, below))
    tall, wide = height + below, width + right
    mask = None
    if shift > 0:
        x = torch.roll(x, shifts=(-shift, -shift), dims=(1, 2))
        mask = _attention_mask(self, tall, wide, x)
    windows = self.window_partition(x).reshape(-1, size**2, channels)
    windows = self.w_msa(windows, mask=mask).reshape(-1, size, size, channels)
    x = self.window_reverse(windows, tall, wide)
    if shift > 0:
        x = torch.roll(x, shifts=(shift, shift), dims=(1, 2))
    x = x[:, :height, :width].reshape(-1, height * width, channels)
    return self.drop(x)
