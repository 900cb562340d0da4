"""Padding that lets a filter reach every pixel."""
import torch
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.pytorch.open_axes import has_open_sizes


def _missing(size: int | torch.Tensor, kernel: int, stride: int, dilation: int) -> int | torch.Tensor:
    """Return how many pixels a side lacks; a tensor while it is traced, so that it stays open."""
    missing = ((size + stride - 1) // stride - 1) * stride + (kernel - 1) * dilation + 1 - size
    return missing.clamp(min=0) if isinstance(missing, torch.Tensor) else max(missing, 0)


def pad_traced(padding: torch.nn.Module, x: torch.Tensor, is_open: bool = True) -> torch.Tensor:
    """Do what an `AdaptivePadding` of mmcv or of a code base does, for each size that a network is run with.

    Args:
        padding: the module, with kernel_size, stride and dilation [height, width].
        x: [N, C, H, W].
        is_open: whether other sizes than the one that is traced are to be right.
    """
    sizes = x.size()[-2:] if is_open else [int(side) for side in x.size()[-2:]]
    sides = zip(sizes, padding.kernel_size, padding.stride, padding.dilation, strict=True)
    height, width = (_missing(*side) for side in sides)
    if isinstance(height, int) and height == 0 and width == 0:
        return x
    if padding.padding == 'corner':
        return F.pad(x, [0, width, 0, height])
    return F.pad(x, [width // 2, width - width // 2, height // 2, height - height // 2])


@FUNCTION_REWRITER.register_rewriter(
    'mmcv.cnn.bricks.transformer.AdaptivePadding.forward', classes=['mmcv.cnn.bricks.transformer.AdaptivePadding'])
def adaptive_padding__forward(ctx, self, x: torch.Tensor) -> torch.Tensor:
    """See `pad_traced`: the original asks for the padding in Python, which makes a constant of it."""
    return pad_traced(self, x)


_CONV = 'mmcv.cnn.bricks.conv2d_adaptive_padding.Conv2dAdaptivePadding'


@FUNCTION_REWRITER.register_rewriter(f'{_CONV}.forward', classes=[_CONV])
def conv2d_adaptive_padding__forward(ctx, self, x: torch.Tensor) -> torch.Tensor:
    """Convolve [N, C, H, W] with as much padding as each size needs; of stride 1 it is that of the convolution itself.

    The original rounds sizes in Python, so that in other sizes images were cut off or padded too much.
    """
    missing = [dilation * (size - 1) for dilation, size in zip(self.dilation, self.kernel_size, strict=True)]
    if all(stride == 1 for stride in self.stride) and not any(count % 2 for count in missing):
        return F.conv2d(x, self.weight, self.bias, self.stride, [count // 2 for count in missing], self.dilation,
                        self.groups)
    x = pad_traced(self, x, is_open=not torch.onnx.is_in_onnx_export() or has_open_sizes())
    return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
