"""The neck of DBNet."""
from typing import Any

import torch
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend, is_dynamic_shape

_NECK = 'mmocr.models.textdet.FPNC'


def _enlarge(x: torch.Tensor, size: torch.Size, is_open: bool) -> torch.Tensor:
    """Return the nearest pixels of [N, C, h, w] in another size, which is a constant unless shapes are open."""
    return F.interpolate(x, size=tuple(size) if is_open else tuple(int(side) for side in size), mode='nearest')


@FUNCTION_REWRITER.register_rewriter(f'{_NECK}.forward', backend=Backend.TENSORRT.value, classes=[_NECK])
def fpnc__forward__tensorrt(ctx, self, inputs: list[torch.Tensor], **kwargs: Any) -> torch.Tensor:
    """Return the features [N, C, H, W] of all levels, [N, C_i, H_i, W_i] each, in the size of the first one.

    MMDeploy interpolated in TensorRT 7, which gives other numbers than mmocr; here they are mmocr's in every version.

    Args:
        ctx: context of the rewrite.
        self: the neck.
        inputs: levels from fine to coarse.
        kwargs: ignored.
    """
    is_open = is_dynamic_shape(ctx.cfg)
    levels = [conv(x) for conv, x in zip(self.lateral_convs, inputs, strict=True)]
    for i in range(len(levels) - 1, 0, -1):
        levels[i - 1] = levels[i - 1] + _enlarge(levels[i], levels[i - 1].shape[2:], is_open)
    levels = [conv(x) for conv, x in zip(self.smooth_convs, levels, strict=True)]
    size = levels[0].shape[2:]
    levels = [levels[0]] + [_enlarge(x, size, is_open) for x in levels[1:]]
    out = torch.cat(levels, 1)
    if self.asf_cfg is not None:
        attention = self.asf_attn(self.asf_conv(out))
        out = torch.cat([attention[:, i:i + 1] * x for i, x in enumerate(levels)], 1)
    return self.out_conv(out) if self.conv_after_concat else out
