"""The region proposal network."""
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params
from mmdeploy.core import FUNCTION_REWRITER

from .levels import flatten_level, gather_rows


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
        Dets [B, K, 5] and labels [B, K]; without `with_nms` boxes [B, N, 4] and scores [B, N, 1].
    """
    cfg = self.test_cfg if cfg is None else cfg
    priors = self.prior_generator.grid_priors([x.shape[-2:] for x in cls_scores], device=cls_scores[0].device)
    all_priors, all_boxes, all_scores = [], [], []
    for cls_score, bbox_pred, prior in zip(cls_scores, bbox_preds, priors, strict=True):
        if self.use_sigmoid_cls:
            scores = flatten_level(cls_score, 1).sigmoid()
        else:
            scores = flatten_level(cls_score, 2).softmax(-1)[..., :1]
        boxes = flatten_level(bbox_pred, 4)
        prior = prior.unsqueeze(0).expand(scores.shape[0], -1, -1)
        if cfg.get('nms_pre', -1) > 0:
            best = scores.squeeze(-1).topk(cfg.nms_pre, dim=1)[1]
            scores, boxes, prior = (gather_rows(x, best) for x in (scores, boxes, prior))
        all_priors.append(prior)
        all_boxes.append(boxes)
        all_scores.append(scores)
    boxes = self.bbox_coder.decode(
        torch.cat(all_priors, 1), torch.cat(all_boxes, 1), max_shape=img_metas[0]['img_shape'])
    scores = torch.cat(all_scores, 1)
    if not with_nms:
        return boxes, scores
    params = get_nms_params(ctx.cfg, cfg)
    params.update(max_output_boxes_per_class=params['keep_top_k'], pre_top_k=-1,
                  score_threshold=cfg.get('score_thr', 0.0))
    return multiclass_nms(boxes, scores, **params)
