"""RepPoints: boxes around points that are moved twice."""
import torch

from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .levels import best_of_levels, flatten_level, grid_priors, level_scores, select
from .ncnn import select_in_ncnn

_CLASSES = ['mmdet.models.dense_heads.RepPointsHead']


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.RepPointsHead.points2bbox', classes=_CLASSES)
def reppoints_head__points2bbox(ctx, self, pts, y_first=True):
    """Return boxes [B, 4, H, W] around points [B, 2 * n, H, W].

    Args:
        ctx: context of the rewrite.
        self: the head; `transform_method` says how: by the outermost points, those of the first four, or mean and
            standard deviation.
        pts: the two coordinates of each point.
        y_first: y comes before x.
    """
    pts = pts.reshape(pts.shape[0], -1, 2, *pts.shape[2:])
    first, second = pts[:, :, 0], pts[:, :, 1]
    y, x = (first, second) if y_first else (second, first)
    if self.transform_method == 'moment':
        # The standard deviation, spelt out: exporters write it in ways that engines lack.
        center_x, center_y = x.mean(1, keepdim=True), y.mean(1, keepdim=True)
        transfer = self.moment_transfer.detach().exp()
        half_x, half_y = (((side - center)**2).sum(1, keepdim=True).div(self.num_points - 1).sqrt() * factor
                          for side, center, factor in ((x, center_x, transfer[0]), (y, center_y, transfer[1])))
        return torch.cat([center_x - half_x, center_y - half_y, center_x + half_x, center_y + half_y], 1)
    assert self.transform_method in ('minmax', 'partial_minmax'), (
        f'unknown transform_method {self.transform_method!r}, allowed: minmax, partial_minmax, moment')
    if self.transform_method == 'partial_minmax':
        x, y = x[:, :4], y[:, :4]
    return torch.cat([x.min(1, keepdim=True)[0], y.min(1, keepdim=True)[0], x.max(1, keepdim=True)[0],
                      y.max(1, keepdim=True)[0]], 1)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.RepPointsHead.get_bboxes', classes=_CLASSES)
def reppoints_head__get_bboxes(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                               rescale=None, with_nms=True, **kwargs):
    """Decode all levels of a batch and select boxes; see `base_dense_head__get_bbox`."""
    cfg = self.test_cfg if cfg is None else cfg
    levels = []
    for cls_score, bbox_pred, stride, points in zip(
            cls_scores, bbox_preds, self.point_strides, grid_priors(self, cls_scores), strict=True):
        scores = level_scores(self, cls_score)
        if not self.use_sigmoid_cls:
            scores = scores[..., :self.num_classes]
        levels.append((scores, (points, flatten_level(bbox_pred, 4) * stride, scores)))
    points, moves, scores = best_of_levels(ctx.cfg, cfg, levels)
    boxes = torch.cat([points, points], -1) + moves
    boxes = torch.stack(clip_bboxes(*boxes.unbind(-1), img_metas[0]['img_shape']), -1)
    return select(ctx.cfg, cfg, boxes, scores, with_nms)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.RepPointsHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.dense_heads.RepPointsHead'])
def reppoints_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                                     rescale=None, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return select_in_ncnn(ctx, self, reppoints_head__get_bboxes, (cls_scores, bbox_preds), img_metas, cfg, with_nms)
