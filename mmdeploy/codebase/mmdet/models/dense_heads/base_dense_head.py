"""Heads with classes and boxes at every prior: RetinaNet, FCOS, ATSS, SSD and others."""
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params
from mmdeploy.core import FUNCTION_REWRITER

from .levels import flatten_level, gather_rows

# dense_heads_test.py compares each with mmdet.
HEADS = tuple(f'mmdet.models.dense_heads.{name}' for name in (
    'RetinaHead', 'RetinaSepBNHead', 'FreeAnchorRetinaHead', 'PISARetinaHead', 'FSAFHead', 'ATSSHead', 'FCOSHead',
    'NASFCOSHead', 'AutoAssignHead', 'DDODHead', 'VFNetHead', 'SSDHead', 'PISASSDHead', 'YOLOFHead'))


def _level_scores(self, cls_score: torch.Tensor) -> torch.Tensor:
    """Return scores [B, N, classes] (with the background behind for softmax)."""
    scores = flatten_level(cls_score, self.cls_out_channels)
    return scores.sigmoid() if self.use_sigmoid_cls else scores.softmax(-1)


def _best_of_level(cfg, priors: torch.Tensor, boxes: torch.Tensor, scores: torch.Tensor, factors: torch.Tensor | None,
                   has_background: bool) -> tuple:
    """Keep the `nms_pre` best candidates of one level."""
    nms_pre = cfg.get('nms_pre', -1)
    if nms_pre <= 0:
        return priors, boxes, scores, factors
    ranked = scores if factors is None else scores * factors
    best = (ranked[..., :-1] if has_background else ranked).max(-1)[0].topk(nms_pre, dim=1)[1]
    return (gather_rows(priors, best), gather_rows(boxes, best), gather_rows(scores, best),
            None if factors is None else gather_rows(factors, best))


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
        cfg: ignored, `self.test_cfg` holds.
        rescale: ignored: the pixels are those of the input.
        with_nms: drop overlapping boxes.
        kwargs: ignored.

    Returns:
        Dets [B, K, 5] and labels [B, K]; without `with_nms` boxes [B, N, 4] and scores [B, N, C].
    """
    sizes = [x.shape[-2:] for x in cls_scores]
    priors = self.prior_generator.grid_priors(sizes, dtype=cls_scores[0].dtype, device=cls_scores[0].device)
    all_priors, all_boxes, all_scores, all_factors = [], [], [], []
    for level, (cls_score, bbox_pred) in enumerate(zip(cls_scores, bbox_preds, strict=True)):
        scores = _level_scores(self, cls_score)
        factors = None if score_factors is None else flatten_level(score_factors[level], 1).sigmoid()
        level_priors = priors[level].unsqueeze(0).expand(scores.shape[0], -1, -1)
        level_priors, boxes, scores, factors = _best_of_level(
            self.test_cfg, level_priors, flatten_level(bbox_pred, 4), scores, factors, not self.use_sigmoid_cls)
        all_priors.append(level_priors)
        all_boxes.append(boxes)
        all_scores.append(scores)
        all_factors.append(factors)
    boxes = self.bbox_coder.decode(
        torch.cat(all_priors, 1), torch.cat(all_boxes, 1), max_shape=img_metas[0]['img_shape'])
    scores = torch.cat(all_scores, 1)
    if not self.use_sigmoid_cls:
        scores = scores[..., :self.num_classes]
    if score_factors is not None:
        scores = scores * torch.cat(all_factors, 1)
    if not with_nms:
        return boxes, scores
    return multiclass_nms(boxes, scores, **get_nms_params(ctx.cfg, self.test_cfg))
