"""Decoding of boxes, for batches and without in-place changes."""
import importlib

import numpy as np
import torch

from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes
from mmdeploy.core import FUNCTION_REWRITER

_DELTA = 'mmdet.core.bbox.coder.delta_xywh_bbox_coder'


def _assert_match(priors: torch.Tensor, predictions: torch.Tensor) -> None:
    """Predictions [B, N, 4 * k] belong to priors [B, N, size]; both may lack the batch."""
    assert predictions.size(0) == priors.size(0), (
        f'{predictions.size(0)} predictions for {priors.size(0)} priors or images')
    if predictions.ndim == 3:
        assert predictions.size(1) == priors.size(1), f'{predictions.size(1)} predictions for {priors.size(1)} priors'


@FUNCTION_REWRITER.register_rewriter(func_name=f'{_DELTA}.DeltaXYWHBBoxCoder.decode', backend='default',
                                     classes=[f'{_DELTA}.DeltaXYWHBBoxCoder'])
def deltaxywhbboxcoder__decode(ctx, self, bboxes, pred_bboxes, max_shape=None, wh_ratio_clip=16 / 1000):
    """Apply predictions [B, N, 4 * k] (or [N, 4 * k]) to boxes [B, N, 4]; see `delta2bbox`."""
    _assert_match(bboxes, pred_bboxes)
    module = importlib.import_module(_DELTA)
    return module.delta2bbox(bboxes, pred_bboxes, self.means, self.stds, max_shape, wh_ratio_clip, self.clip_border,
                             self.add_ctr_clamp, self.ctr_clamp)


@FUNCTION_REWRITER.register_rewriter(func_name=f'{_DELTA}.delta2bbox', backend='default')
def delta2bbox(ctx,
               rois,
               deltas,
               means=(0., 0., 0., 0.),
               stds=(1., 1., 1., 1.),
               max_shape=None,
               wh_ratio_clip=16 / 1000,
               clip_border=True,
               add_ctr_clamp=False,
               ctr_clamp=32):
    """Move and scale boxes.

    Girshick et al., "Rich feature hierarchies for accurate object detection and semantic segmentation" (2014),
    appendix C: the centre moves by (dx w, dy h), the size is multiplied by (exp dw, exp dh).

    Args:
        ctx: context of the rewrite.
        rois: [..., N, 4], x1, y1, x2, y2.
        deltas: [..., N, 4 * k], dx, dy, dw, dh of k classes.
        means, stds: of the deltas.
        max_shape: height and width that boxes are clipped to, numbers or a tensor.
        wh_ratio_clip: a side changes by this factor or its reciprocal at most.
        clip_border: clip at all.
        add_ctr_clamp: limit the movement of the centre, and only the growth of sides.
        ctr_clamp: that limit, in pixels.

    Returns:
        [..., N, 4 * k].
    """
    shape = deltas.shape
    classes = shape[-1] // 4
    deltas = deltas.reshape(*shape[:-1], classes, 4) * deltas.new_tensor(stds) + deltas.new_tensor(means)
    x1, y1, x2, y2 = (rois[..., i:i + 1] for i in range(4))
    width, height = x2 - x1, y2 - y1
    move_x, move_y = width * deltas[..., 0], height * deltas[..., 1]
    limit = float(np.abs(np.log(wh_ratio_clip)))
    if add_ctr_clamp:
        move_x, move_y = move_x.clamp(-ctr_clamp, ctr_clamp), move_y.clamp(-ctr_clamp, ctr_clamp)
        grow_w, grow_h = deltas[..., 2].clamp(max=limit), deltas[..., 3].clamp(max=limit)
    else:
        grow_w, grow_h = deltas[..., 2].clamp(-limit, limit), deltas[..., 3].clamp(-limit, limit)
    half_w, half_h = width * grow_w.exp() * 0.5, height * grow_h.exp() * 0.5
    center_x, center_y = (x1 + x2) * 0.5 + move_x, (y1 + y2) * 0.5 + move_y
    sides = center_x - half_w, center_y - half_h, center_x + half_w, center_y + half_h
    if clip_border and max_shape is not None:
        sides = clip_bboxes(*sides, max_shape)
    return torch.stack(sides, -1).reshape(shape)


@FUNCTION_REWRITER.register_rewriter(
    func_name='mmdet.core.bbox.coder.DistancePointBBoxCoder.decode',
    classes=['mmdet.core.bbox.coder.DistancePointBBoxCoder'])
def distancepointbboxcoder__decode(ctx, self, points, pred_bboxes, max_shape=None):
    """Boxes around points [B, N, 2] (or [N, 2]) by distances [B, N, 4]; see `distance2bbox`."""
    _assert_match(points, pred_bboxes)
    assert points.size(-1) == 2 and pred_bboxes.size(-1) == 4, 'expected points [..., 2] and distances [..., 4]'
    if not self.clip_border:
        max_shape = None
    return importlib.import_module('mmdet.core.bbox.transforms').distance2bbox(points, pred_bboxes, max_shape)


@FUNCTION_REWRITER.register_rewriter(func_name='mmdet.core.bbox.transforms.distance2bbox')
def distance2bbox(ctx, points, distance, max_shape=None):
    """Return boxes [..., 4] around points [..., 2] by distances to the left, top, right and bottom [..., 4]."""
    x, y = points[..., 0], points[..., 1]
    sides = x - distance[..., 0], y - distance[..., 1], x + distance[..., 2], y + distance[..., 3]
    if max_shape is not None:
        sides = clip_bboxes(*sides, max_shape)
    return torch.stack(sides, -1)


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
    _assert_match(priors, tblr)
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
