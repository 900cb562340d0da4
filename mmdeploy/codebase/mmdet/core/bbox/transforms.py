"""Functions that several decoders call."""
import torch

from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes
from mmdeploy.core import FUNCTION_REWRITER

__all__ = ['distance2bbox__default']


@FUNCTION_REWRITER.register_rewriter(func_name='mmdet.core.bbox.transforms.distance2bbox')
def distance2bbox__default(ctx, points, distance, max_shape=None):
    """Return boxes [..., 4] around points [..., 2] by distances to the left, top, right and bottom [..., 4]."""
    x, y = points[..., 0], points[..., 1]
    sides = x - distance[..., 0], y - distance[..., 1], x + distance[..., 2], y + distance[..., 3]
    if max_shape is not None:
        sides = clip_bboxes(*sides, max_shape)
    return torch.stack(sides, -1)
