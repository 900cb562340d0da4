"""FoveaBox: distances in units of the size that a level is for."""
import importlib

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .levels import best_of_levels, flatten_level, grid_priors, level_scores, select
from .ncnn import select_in_ncnn


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.FoveaHead.get_bboxes', classes=['mmdet.models.dense_heads.FoveaHead'])
def fovea_head__get_bboxes(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                           rescale=None, with_nms=True, **kwargs):
    """Decode all levels of a batch and select boxes; see `base_dense_head__get_bbox`.

    Sides are clipped to the last pixel, not to the border of the image.
    """
    cfg = self.test_cfg if cfg is None else cfg
    levels = []
    for cls_score, bbox_pred, base_length, points in zip(
            cls_scores, bbox_preds, self.base_edge_list, grid_priors(self, cls_scores), strict=True):
        scores = level_scores(self, cls_score)
        levels.append((scores, (points, flatten_level(bbox_pred, 4).exp() * base_length, scores)))
    points, distances, scores = best_of_levels(ctx.cfg, cfg, levels)
    size = img_metas[0]['img_shape']
    last = [n - 1 for n in size] if isinstance(size, list | tuple) else size - 1
    boxes = importlib.import_module('mmdet.core.bbox.transforms').distance2bbox(points, distances, last)
    return select(ctx.cfg, cfg, boxes, scores, with_nms)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.FoveaHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.dense_heads.FoveaHead'])
def fovea_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                                 rescale=None, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return select_in_ncnn(ctx, self, fovea_head__get_bboxes, (cls_scores, bbox_preds), img_metas, cfg, with_nms)
