"""The second stage of Cascade R-CNN."""
from collections.abc import Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewritten import check_rewritten

from .test_mixins import find_proposals, with_batch_index


def _refine(head: torch.nn.Module, rois: torch.Tensor, cls_score: torch.Tensor, bbox_pred: torch.Tensor,
            img_meta: dict) -> torch.Tensor:
    """Return the rois [B * N, 5] of the next stage: each moved as its best class says."""
    if head.custom_activation:
        cls_score = head.loss_cls.get_activation(cls_score)
    return head.regress_by_class(rois, cls_score[:, :-1].argmax(1), bbox_pred, img_meta)


def _masks(head: torch.nn.Module, feats: Sequence[torch.Tensor], dets: torch.Tensor, labels: torch.Tensor,
           img_meta: dict) -> torch.Tensor:
    """Return the mean of all stages' masks of dets [B, K, 5], [B, K, h, w]."""
    rois = with_batch_index(dets).view(-1, 5)
    scores = [head._mask_forward(stage, feats, rois)['mask_pred'].sigmoid() for stage in range(head.num_stages)]
    masks = head.mask_head[-1].get_seg_masks(
        sum(scores) / len(scores), dets.reshape(-1, 5), labels.reshape(-1), head.test_cfg, img_meta['img_shape'],
        are_scores=True)
    return masks.reshape(*dets.shape[:2], *masks.shape[-2:])


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.cascade_roi_head.CascadeRoIHead.simple_test',
    classes=['mmdet.models.roi_heads.CascadeRoIHead'])
def cascade_roi_head__simple_test(ctx, self, x, proposals, img_metas, **kwargs):
    """Refine proposals stage by stage, and select boxes by the mean of the stages' scores.

    Args:
        ctx: context of the rewrite.
        self: the second stage.
        x: features of each level, [B, C, H, W].
        proposals: [B, N, 5].
        img_metas: meta information; the first one's `img_shape` is the size of the input.
        kwargs: ignored.

    Returns:
        Dets [B, K, 5] and labels [B, K], and with mask heads masks [B, K, h, w].

    Raises:
        NotServedError: no rewrite lets the last box head select boxes of a batch.
    """
    check_rewritten(self.bbox_head[-1], 'get_bboxes')
    rois = with_batch_index(proposals)
    shape = rois.shape[:2]
    rois, scores = rois.view(-1, 5), []
    for stage in range(self.num_stages):
        results = self._bbox_forward(stage, x, rois)
        scores.append(results['cls_score'])
        if stage < self.num_stages - 1:
            rois = _refine(self.bbox_head[stage], rois, scores[-1], results['bbox_pred'], img_metas[0])
    rois, score, pred = (values.reshape(*shape, values.shape[-1])
                         for values in (rois, sum(scores) / len(scores), results['bbox_pred']))
    dets, labels = self.bbox_head[-1].get_bboxes(rois, score, pred, img_metas[0]['img_shape'], None, rescale=False,
                                                 cfg=self.test_cfg, is_proposal=find_proposals(proposals))
    if not self.with_mask:
        return dets, labels
    return dets, labels, _masks(self, x, dets, labels, img_metas[0])
