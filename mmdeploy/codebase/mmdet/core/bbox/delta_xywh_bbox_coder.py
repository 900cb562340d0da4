"""Boxes by how anchors or proposals are moved and scaled."""
import importlib

import numpy as np
import torch

from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .check import assert_match

__all__ = ['delta2bbox', 'delta2bbox__ncnn', 'deltaxywhbboxcoder__decode']

_DELTA = 'mmdet.core.bbox.coder.delta_xywh_bbox_coder'


@FUNCTION_REWRITER.register_rewriter(func_name=f'{_DELTA}.DeltaXYWHBBoxCoder.decode', backend='default',
                                     classes=[f'{_DELTA}.DeltaXYWHBBoxCoder'])
def deltaxywhbboxcoder__decode(ctx, self, bboxes, pred_bboxes, max_shape=None, wh_ratio_clip=16 / 1000):
    """Apply predictions [B, N, 4 * k] (or [N, 4 * k]) to boxes [B, N, 4]; see `delta2bbox`."""
    assert_match(bboxes, pred_bboxes)
    module = importlib.import_module(_DELTA)
    return module.delta2bbox(bboxes, pred_bboxes, self.means, self.stds, max_shape, wh_ratio_clip, self.clip_border,
                             self.add_ctr_clamp, self.ctr_clamp)


def _decode(rois: torch.Tensor, deltas: torch.Tensor, means: torch.Tensor, stds: torch.Tensor, max_shape,
            wh_ratio_clip: float, clip_border: bool, add_ctr_clamp: bool, ctr_clamp: float) -> torch.Tensor:
    """See `delta2bbox`; `means` and `stds` fit to [..., N, k, 4]."""
    shape = deltas.shape
    classes = shape[-1] // 4
    deltas = deltas.reshape(*shape[:-1], classes, 4) * stds + means
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
    return _decode(rois, deltas, deltas.new_tensor(means), deltas.new_tensor(stds), max_shape, wh_ratio_clip,
                   clip_border, add_ctr_clamp, ctr_clamp)


@FUNCTION_REWRITER.register_rewriter(func_name=f'{_DELTA}.delta2bbox', backend=Backend.NCNN.value)
def delta2bbox__ncnn(ctx,
                     rois,
                     deltas,
                     means=(0., 0., 0., 0.),
                     stds=(1., 1., 1., 1.),
                     max_shape=None,
                     wh_ratio_clip=16 / 1000,
                     clip_border=True,
                     add_ctr_clamp=False,
                     ctr_clamp=32):
    """See `delta2bbox`; ncnn multiplies by what has as many axes, so means and deviations get them."""
    means, stds = (deltas.new_tensor(values).reshape([1] * deltas.dim() + [4]) for values in (means, stds))
    return _decode(rois, deltas, means, stds, max_shape, wh_ratio_clip, clip_border, add_ctr_clamp, ctr_clamp)
