"""The region proposal network."""
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_proposal_params
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .levels import best_of_levels, flatten_level, grid_priors, level_scores
from .ncnn import without_top_k


def _drop_small(test_cfg: mmcv.ConfigDict, boxes: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """Return scores [B, N, C] that are 0 where a box of [B, N, 4] is not larger than `min_bbox_size` in pixels."""
    smallest = test_cfg.get('min_bbox_size', -1)
    if smallest < 0:
        return scores
    large = (boxes[..., 2:] - boxes[..., :2]).min(-1, keepdim=True)[0] > smallest
    return scores * large.to(scores)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.RPNHead.get_bboxes', classes=['mmdet.models.dense_heads.RPNHead'])
def rpn_head__get_bboxes(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                         rescale=False, with_nms=True, **kwargs):
    """Select proposals.

    Args:
        ctx: context of the rewrite.
        self: the head.
        cls_scores: per level [B, A, H, W] ([B, A * 2, H, W] with softmax).
        bbox_preds: per level [B, A * 4, H, W].
        score_factors: ignored: the network has none.
        img_metas: meta information; the first one's `img_shape` is the size of the input.
        cfg: settings, by default `self.test_cfg`.
        rescale: ignored.
        with_nms: drop overlapping boxes.
        kwargs: ignored.

    Returns:
        Dets [B, K, 5] and labels [B, K], which are levels; without `with_nms` boxes [B, N, 4] and scores [B, N, 1].
    """
    cfg = self.test_cfg if cfg is None else cfg
    boxes, scores = candidates(ctx.cfg, cfg, self, cls_scores, bbox_preds, img_metas, with_nms)
    if not with_nms:
        return boxes, scores
    return multiclass_nms(boxes, scores, **get_proposal_params(ctx.cfg, cfg))


def candidates(deploy_cfg: mmcv.Config, cfg: mmcv.ConfigDict, head: torch.nn.Module,
               cls_scores: Sequence[torch.Tensor], bbox_preds: Sequence[torch.Tensor], img_metas: Sequence[dict],
               by_level: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return boxes [B, N, 4] and scores [B, N, 1], or `by_level` [B, N, levels], 0 but for the level of the box.

    Args:
        deploy_cfg: deploy config.
        cfg: settings; of each level the `nms_pre` best are there.
        head: the `RPNHead`.
        cls_scores, bbox_preds, img_metas: as in `rpn_head__get_bboxes`.
        by_level: the level is the class.
    """
    levels = []
    count = len(cls_scores)
    for level, (cls_score, bbox_pred, priors) in enumerate(
            zip(cls_scores, bbox_preds, grid_priors(head, cls_scores), strict=True)):
        scores = level_scores(head, cls_score)[..., :1]
        # mmdet suppresses level by level: the level is the class.
        of_level = scores * scores.new_tensor([float(i == level) for i in range(count)]) if by_level else scores
        levels.append((scores, (priors, flatten_level(bbox_pred, 4), of_level)))
    priors, boxes, scores = best_of_levels(deploy_cfg, cfg, levels)
    boxes = head.bbox_coder.decode(priors, boxes, max_shape=img_metas[0]['img_shape'])
    return boxes, _drop_small(cfg, boxes, scores)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.RPNHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.dense_heads.RPNHead'])
def rpn_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                               rescale=False, with_nms=True, **kwargs):
    """See `rpn_head__get_bboxes`; whoever selects proposals takes the best of each level first."""
    assert int(cls_scores[0].shape[0]) == 1, 'ncnn takes one image at a time'
    cfg = self.test_cfg if cfg is None else cfg
    boxes, scores = candidates(ctx.cfg, without_top_k(cfg), self, cls_scores, bbox_preds, img_metas, with_nms)
    return multiclass_nms(boxes, scores, **get_proposal_params(ctx.cfg, cfg)) if with_nms else (boxes, scores)
