"""Generalized Focal Loss: the mean of a distribution is the distance to a side."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .levels import best_of_levels, flatten_level, grid_priors, level_scores, select
from .ncnn import select_in_ncnn


def _distances(head: torch.nn.Module, bbox_pred: torch.Tensor) -> torch.Tensor:
    """Return distances [B, N, 4], in cells, of distributions [B, 4 * (reg_max + 1), H, W]."""
    places = head.reg_max + 1
    parts = flatten_level(bbox_pred, 4 * places).reshape(bbox_pred.shape[0], -1, 4, places).softmax(-1)
    return parts.matmul(head.integral.project.to(parts).unsqueeze(-1)).squeeze(-1)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.gfl_head.GFLHead.get_bboxes',
    classes=['mmdet.models.dense_heads.GFLHead', 'mmdet.models.dense_heads.LDHead'])
def gfl_head__get_bbox(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None, rescale=False,
                       with_nms=True, **kwargs):
    """Decode all levels of a batch and select boxes; see `base_dense_head__get_bbox`."""
    cfg = self.test_cfg if cfg is None else cfg
    levels = []
    for cls_score, bbox_pred, stride, priors in zip(
            cls_scores, bbox_preds, self.prior_generator.strides, grid_priors(self, cls_scores), strict=True):
        assert stride[0] == stride[1], f'strides must be equal in both directions, found {stride}'
        scores = level_scores(self, cls_score)
        levels.append((scores, (self.anchor_center(priors), _distances(self, bbox_pred) * stride[0], scores)))
    centers, distances, scores = best_of_levels(ctx.cfg, cfg, levels)
    boxes = self.bbox_coder.decode(centers, distances, max_shape=img_metas[0]['img_shape'])
    return select(ctx.cfg, cfg, boxes, scores, with_nms)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.gfl_head.GFLHead.get_bboxes', backend=Backend.NCNN.value,
    classes=['mmdet.models.dense_heads.GFLHead'])
def gfl_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                               rescale=False, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return select_in_ncnn(ctx, self, gfl_head__get_bbox, (cls_scores, bbox_preds), img_metas, cfg, with_nms)
