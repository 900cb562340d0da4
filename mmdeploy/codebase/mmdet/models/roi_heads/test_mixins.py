"""How the second stage tests boxes."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.test_mixins.BBoxTestMixin.simple_test_bboxes',
    classes=['mmdet.models.roi_heads.StandardRoIHead'])
def bbox_test_mixin__simple_test_bboxes(ctx, self, x, img_metas, proposals, rcnn_test_cfg, rescale=False):
    """Return dets [B, K, 5] and labels [B, K] of proposals [B, N, 4 or 5]."""
    batch, number = proposals.shape[:2]
    image = torch.arange(batch, device=proposals.device).to(proposals.dtype).view(-1, 1, 1)
    rois = torch.cat([image.expand(-1, number, 1), proposals[..., :4]], -1)
    results = self._bbox_forward(x, rois.view(-1, 5))
    cls_score, bbox_pred = results['cls_score'], results['bbox_pred']
    cls_score = cls_score.reshape(batch, number, cls_score.shape[-1])
    if bbox_pred is not None:
        bbox_pred = bbox_pred.reshape(batch, number, bbox_pred.shape[-1])
    return self.bbox_head.get_bboxes(
        rois, cls_score, bbox_pred, img_metas[0]['img_shape'], None, rescale=rescale, cfg=rcnn_test_cfg)
