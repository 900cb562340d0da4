"""The region proposal network."""
import mmcv
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params
from mmdeploy.core import FUNCTION_REWRITER

from .levels import best_of_levels, flatten_level, grid_priors, level_scores


def _drop_small(test_cfg: mmcv.ConfigDict, boxes: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """Return scores [B, N, C] that are 0 where a box of [B, N, 4] is not larger than `min_bbox_size` in pixels."""
    smallest = test_cfg.get('min_bbox_size', -1)
    if smallest < 0:
        return scores
    large = (boxes[..., 2:] - boxes[..., :2]).min(-1, keepdim=True)[0] > smallest
    return scores * large.to(scores)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.RPNHead.get_bboxes', classes=['mmdet.models.dense_heads.RPNHead'])
def rpn_head__get_bboxes(ctx, self, cls_scores, bbox_preds, img_metas=None, cfg=None, rescale=False, with_nms=True,
                         **kwargs):
    """Select proposals.

    Args:
        ctx: context of the rewrite.
        self: the head.
        cls_scores: per level [B, A, H, W] ([B, A * 2, H, W] with softmax).
        bbox_preds: per level [B, A * 4, H, W].
        img_metas: meta information; the first one's `img_shape` is the size of the input.
        cfg: settings, by default `self.test_cfg`.
        rescale: ignored.
        with_nms: drop overlapping boxes.
        kwargs: ignored.

    Returns:
        Dets [B, K, 5] and labels [B, K], which are levels; without `with_nms` boxes [B, N, 4] and scores [B, N, 1].
    """
    cfg = self.test_cfg if cfg is None else cfg
    levels = []
    count = len(cls_scores)
    for level, (cls_score, bbox_pred, priors) in enumerate(
            zip(cls_scores, bbox_preds, grid_priors(self, cls_scores), strict=True)):
        scores = level_scores(self, cls_score)[..., :1]
        # mmdet suppresses level by level: the level is the class.
        of_level = scores * scores.new_tensor([float(i == level) for i in range(count)]) if with_nms else scores
        levels.append((scores, (priors, flatten_level(bbox_pred, 4), of_level)))
    priors, boxes, scores = best_of_levels(ctx.cfg, cfg, levels)
    boxes = self.bbox_coder.decode(priors, boxes, max_shape=img_metas[0]['img_shape'])
    scores = _drop_small(cfg, boxes, scores)
    if not with_nms:
        return boxes, scores
    params = get_nms_params(ctx.cfg, cfg)
    params.update(max_output_boxes_per_class=params['keep_top_k'], pre_top_k=-1,
                  score_threshold=cfg.get('score_thr', 0.0))
    return multiclass_nms(boxes, scores, **params)
