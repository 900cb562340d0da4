"""Lite-HRNet (Yu et al. 2021)."""
from collections.abc import Sequence

import torch
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import IR, is_dynamic_shape


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.backbones.litehrnet.CrossResolutionWeighting.forward', ir=IR.ONNX,
    classes=['mmpose.models.backbones.litehrnet.CrossResolutionWeighting'])
def cross_resolution_weighting__forward(ctx, self, x: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Weigh maps [N, C_i, H_i, W_i] of several resolutions; pooling to the smallest one needs its size as numbers.

    Raises:
        NotImplementedError: height or width is open.
    """
    if is_dynamic_shape(ctx.cfg):
        raise NotImplementedError(
            'LiteHRNet pools to sizes of its own maps, which ONNX has no operator for: leave height and width (axes 2 '
            'and 3) out of onnx_config.dynamic_axes; an open batch (axis 0) is allowed')
    smallest = [int(side) for side in x[-1].shape[-2:]]
    out = torch.cat([*(F.adaptive_avg_pool2d(maps, smallest) for maps in x[:-1]), x[-1]], dim=1)
    weights = torch.split(self.conv2(self.conv1(out)), self.channels, dim=1)
    return [maps * F.interpolate(weight, size=maps.shape[-2:], mode='nearest')
            for maps, weight in zip(x, weights, strict=True)]
