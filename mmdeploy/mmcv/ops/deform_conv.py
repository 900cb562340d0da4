"""Deformable convolution; the operator is in `mmdeploy/op/deform_conv`."""
import torch
from mmcv.ops import deform_conv
from torch.nn.modules.utils import _pair

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.deform_conv.symbolic import deform_conv2d__torchscript, deform_conv__default, deform_conv_openvino

__all__ = ['deform_conv2d__forward', 'deform_conv2d__torchscript', 'deform_conv__default', 'deform_conv_openvino']


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.deform_conv.DeformConv2d.forward')
def deform_conv2d__forward(ctx, self, x, offset):
    """Convolve [B, C, H, W] with offsets [B, 2 * deform_groups * kh * kw, oH, oW], y and x per tap.

    mmcv pads what is smaller than the kernel, and crops the result: for the size that is traced, and so for all others.
    No operator that is exported needs that.
    """
    return deform_conv.deform_conv2d(x, offset, self.weight, self.stride, self.padding, self.dilation, self.groups,
                                     self.deform_groups, False, self.im2col_step)


def _padded(forward, x: torch.Tensor, offset: torch.Tensor, weight: torch.Tensor, stride, padding, dilation,
            *options) -> torch.Tensor:
    """Compute by mmcv's kernel, which takes no image that is smaller than the kernel: more zeros change nothing."""
    kernel, out = weight.shape[2:], offset.shape[2:]
    missing = [max(kernel[i] - x.shape[2 + i], 0) for i in range(2)]
    if any(missing):
        x = torch.nn.functional.pad(x, (0, missing[1], 0, missing[0])).contiguous()
        padded = [
            (x.shape[2 + i] + 2 * _pair(padding)[i] - _pair(dilation)[i] * (kernel[i] - 1) - 1) // _pair(stride)[i] + 1
            for i in range(2)
        ]
        offset = torch.nn.functional.pad(offset, (0, padded[1] - out[1], 0, padded[0] - out[0])).contiguous()
    found = forward(x, offset, weight, stride, padding, dilation, *options)
    return found[:, :, :out[0], :out[1]].contiguous()


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.deform_conv.DeformConv2dFunction.forward')
def deform_conv2d_function__forward(ctx, function, *args):
    """Compute for every size, but leave the symbolic to say what is exported."""
    return untraced(_padded, lambda *values: ctx.origin_func(function, *values), *args)
