"""Draws of the rewrites of mmpose's backbones; those of Swin are in of_mmseg.py."""

import torch
from mmpose.models.backbones.litehrnet import CrossResolutionWeighting
from torch.nn import functional as F

from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase
from tests.differential.rewrites.draw import Case, Draw, draws

import_codebase(Codebase.MMPOSE)
_OPEN = dict(codebase_config=dict(type='mmpose', task='PoseDetection'),
             onnx_config=dict(dynamic_axes=dict(input={0: 'batch'})))


def _image(draw: Draw, channels: int, height: int, width: int) -> torch.Tensor:
    return draw.tensor([draw.randint(1, 3), channels, height, width])


@draws('mmpose.models.backbones.litehrnet.CrossResolutionWeighting.forward@onnx')
def cross_resolution_weighting(draw: Draw) -> Case:
    """Maps of up to three resolutions; pooling has an export where the smallest one divides the others."""
    levels = draw.randint(1, 3)
    channels = [draw.randint(1, 4) for _ in range(levels)]
    layer = draw.module(CrossResolutionWeighting(channels, ratio=1))
    side = 2**(levels - 1)

    def function(x):
        maps = [F.max_pool2d(x, 2**i)[:, :count] for i, count in enumerate(channels)]
        return torch.cat([out.flatten(1) for out in layer(maps)], dim=1)

    size = side * draw.randint(1, 4), side * draw.randint(1, 4)
    # The batch is open: top-down networks have one size.
    return Case(function, (_image(draw, 4, *size), ), cfg=_OPEN, open_axes=[0],
                others=[_image(draw, 4, *size) for _ in range(2)])
