"""Heads with classes and boxes at every prior: RetinaNet, FCOS, ATSS, SSD and others."""
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .levels import best_of_levels, flatten_level, grid_priors, level_scores, select
from .ncnn import select_in_ncnn

# dense_heads_test.py compares each with mmdet.
HEADS = tuple(f'mmdet.models.dense_heads.{name}' for name in (
    'RetinaHead', 'RetinaSepBNHead', 'FreeAnchorRetinaHead', 'PISARetinaHead', 'FSAFHead', 'ATSSHead', 'FCOSHead',
    'NASFCOSHead', 'AutoAssignHead', 'DDODHead', 'VFNetHead', 'SSDHead', 'PISASSDHead', 'YOLOFHead'))
# Of those these are compared with PyTorch in ncnn.
_IN_NCNN = tuple(f'mmdet.models.dense_heads.{name}' for name in (
    'RetinaHead', 'FCOSHead', 'FSAFHead', 'ATSSHead', 'VFNetHead'))


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.base_dense_head.BaseDenseHead.get_bboxes', classes=HEADS)
def base_dense_head__get_bbox(ctx,
                                self,
                                cls_scores,
                                bbox_preds,
                                score_factors=None,
                                img_metas=None,
                                cfg=None,
                                rescale=False,
                                with_nms=True,
                                **kwargs):
    """Decode all levels of a batch and select boxes.

    Args:
        ctx: context of the rewrite.
        self: the head.
        cls_scores: per level [B, A * C, H, W].
        bbox_preds: per level [B, A * 4, H, W].
        score_factors: per level [B, A, H, W], e.g. the centerness of FCOS.
        img_metas: meta information; the first one's `img_shape` is the size of the input.
        cfg: settings, by default `self.test_cfg`.
        rescale: ignored: the pixels are those of the input.
        with_nms: drop overlapping boxes.
        kwargs: ignored.

    Returns:
        Dets [B, K, 5] and labels [B, K]; without `with_nms` boxes [B, N, 4] and scores [B, N, C].
    """
    cfg = self.test_cfg if cfg is None else cfg
    if score_factors is None:
        score_factors = [None] * len(cls_scores)
    levels = []
    for cls_score, bbox_pred, factor, priors in zip(
            cls_scores, bbox_preds, score_factors, grid_priors(self, cls_scores), strict=True):
        scores = ranked = level_scores(self, cls_score)
        if not self.use_sigmoid_cls:
            ranked = scores = scores[..., :self.num_classes]
        if factor is not None:
            factor = flatten_level(factor, 1).sigmoid()
            ranked = scores * factor
        levels.append((ranked, (priors, flatten_level(bbox_pred, 4), scores, factor)))
    priors, boxes, scores, factors = best_of_levels(ctx.cfg, cfg, levels)
    boxes = self.bbox_coder.decode(priors, boxes, max_shape=img_metas[0]['img_shape'])
    if factors is not None:
        scores = scores * factors
    return select(ctx.cfg, cfg, boxes, scores, with_nms)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.base_dense_head.BaseDenseHead.get_bboxes', backend=Backend.NCNN.value, classes=_IN_NCNN)
def base_dense_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                                      rescale=False, with_nms=True, **kwargs):
    """Return rows [1, K, 6] as `detection_output` does; arguments as in `base_dense_head__get_bbox`."""
    predictions = cls_scores, bbox_preds, score_factors
    return select_in_ncnn(ctx, self, base_dense_head__get_bbox, predictions, img_metas, cfg, with_nms)
