"""Dynamic multi-scale filters (He et al. 2019)."""
import torch
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import is_dynamic_batch


def _convolve(x: torch.Tensor, filters: torch.Tensor) -> torch.Tensor:
    """Convolve each channel of [N, C, H + K - 1, W + K - 1] with its filter of [N, C, K, K], for any N.

    A convolution has its groups as a constant, so it cannot have one per image of an open batch.
    """
    size = filters.shape[-1]
    height, width = x.shape[2] - size + 1, x.shape[3] - size + 1
    return sum(x[:, :, i:i + height, j:j + width] * filters[:, :, i:i + 1, j:j + 1]
               for i in range(size) for j in range(size))


class _ConvolveOneBatch(torch.autograd.Function):
    """Exports a Conv with a group per image and channel, whose kernel's size the exporter need not find out."""

    @staticmethod
    def symbolic(g, x, filters, groups, size):
        """Emit the node."""
        return g.op('Conv', x, filters, dilations_i=[1, 1], group_i=groups, kernel_shape_i=[size, size],
                    pads_i=[0] * 4, strides_i=[1, 1])

    @staticmethod
    def forward(ctx, x: torch.Tensor, filters: torch.Tensor, groups: int, size: int) -> torch.Tensor:
        """Convolve [1, groups, H, W] with [groups, 1, size, size]."""
        return untraced(F.conv2d, x, filters, groups=groups)


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.decode_heads.dm_head.DCM.forward', classes=['mmseg.models.decode_heads.dm_head.DCM'])
def dcm__forward(ctx, self, x: torch.Tensor) -> torch.Tensor:
    """Filter [N, C, H, W] by kernels made of it; their size is a constant of the graph, whatever the image's is."""
    size = self.filter_size
    filters = self.filter_gen_conv(F.adaptive_avg_pool2d(x, size))
    x = self.input_redu_conv(x)
    before, after = size // 2, (size - 1) // 2
    x = F.pad(x, (before, after, before, after))
    if is_dynamic_batch(ctx.cfg) or not torch.onnx.is_in_onnx_export():
        x = _convolve(x, filters.reshape(-1, self.channels, size, size))
    else:
        batch, groups = int(x.shape[0]), int(x.shape[0]) * self.channels
        x = _ConvolveOneBatch.apply(
            x.reshape(1, groups, *x.shape[2:]), filters.reshape(groups, 1, size, size), groups, size)
        x = x.reshape(batch, self.channels, *x.shape[2:])
    x = self.activate(x if self.norm is None else self.norm(x))
    return self.fusion_conv(x) if self.fusion else x
