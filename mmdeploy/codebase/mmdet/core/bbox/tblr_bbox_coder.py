"""Boxes by distances from the centres of anchors to the sides."""
import torch

from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes
from mmdeploy.core import FUNCTION_REWRITER

from .check import assert_match

__all__ = ['tblr2bboxes']


@FUNCTION_REWRITER.register_rewriter('mmdet.core.bbox.coder.tblr_bbox_coder.tblr2bboxes')
def tblr2bboxes(ctx, priors, tblr, normalizer=4.0, normalize_by_wh=True, max_shape=None, clip_border=True):
    """Return boxes around the centres of priors by distances to the sides.

    Args:
        ctx: context of the rewrite.
        priors: [..., N, 4], x1, y1, x2, y2.
        tblr: distances to the top, bottom, left and right, [..., N, 4].
        normalizer: distances are multiplied by it, or by four numbers.
        normalize_by_wh: distances are in units of the prior's height and width.
        max_shape: height and width that boxes are clipped to, numbers or a tensor.
        clip_border: clip at all.

    Returns:
        [..., N, 4], in the shape of `priors`.
    """
    assert_match(priors, tblr)
    scale = normalizer if isinstance(normalizer, float | int) else tblr.new_tensor(normalizer)
    top, bottom, left, right = (tblr * scale).unbind(-1)
    x1, y1, x2, y2 = priors.unbind(-1)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    if normalize_by_wh:
        width, height = x2 - x1, y2 - y1
        top, bottom, left, right = top * height, bottom * height, left * width, right * width
    sides = x - left, y - top, x + right, y + bottom
    if clip_border and max_shape is not None:
        sides = clip_bboxes(*sides, max_shape)
    return torch.stack(sides, -1).reshape(priors.size())
