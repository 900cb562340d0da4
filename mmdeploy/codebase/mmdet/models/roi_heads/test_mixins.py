"""How the second stage tests boxes and masks."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewritten import check_rewritten

_HEADS = ['mmdet.models.roi_heads.StandardRoIHead']


def with_batch_index(boxes: torch.Tensor) -> torch.Tensor:
    """Return rois [B, N, 5], image and x1, y1, x2, y2, of boxes [B, N, 4 or 5]."""
    batch, number = boxes.shape[:2]
    image = torch.arange(batch, device=boxes.device).to(boxes.dtype).view(-1, 1, 1)
    return torch.cat([image.expand(-1, number, 1), boxes[..., :4]], -1)


def find_proposals(proposals: torch.Tensor) -> torch.Tensor | None:
    """Tell which rows of proposals [B, N, 5] are some: bool [B, N, 1]; None for [B, N, 4], where all are.

    An image with fewer proposals than another one, or than an engine's fixed number, is filled up by rows with score 0.
    """
    return proposals[..., 4:] > 0 if proposals.shape[-1] > 4 else None


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.test_mixins.BBoxTestMixin.simple_test_bboxes', classes=_HEADS)
def bbox_test_mixin__simple_test_bboxes(ctx, self, x, img_metas, proposals, rcnn_test_cfg, rescale=False):
    """Return dets [B, K, 5] and labels [B, K] of proposals [B, N, 4 or 5].

    Raises:
        NotServedError: no rewrite lets the box head select boxes of a batch.
    """
    check_rewritten(self.bbox_head, 'get_bboxes')
    rois = with_batch_index(proposals)
    batch, number = rois.shape[:2]
    results = self._bbox_forward(x, rois.view(-1, 5))
    cls_score, bbox_pred = results['cls_score'], results['bbox_pred']
    cls_score = cls_score.reshape(batch, number, cls_score.shape[-1])
    if bbox_pred is not None:
        bbox_pred = bbox_pred.reshape(batch, number, bbox_pred.shape[-1])
    return self.bbox_head.get_bboxes(
        rois, cls_score, bbox_pred, img_metas[0]['img_shape'], None, rescale=rescale, cfg=rcnn_test_cfg,
        is_proposal=find_proposals(proposals))


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.test_mixins.MaskTestMixin.simple_test_mask', classes=_HEADS)
def mask_test_mixin__simple_test_mask(ctx, self, x, img_metas, det_bboxes, det_labels, **kwargs):
    """Return the masks of boxes.

    Args:
        ctx: context of the rewrite.
        self: the second stage.
        x: features of each level, [B, C, H, W].
        img_metas: meta information; the first one's `img_shape` is the size of the input.
        det_bboxes: [B, K, 4 or 5].
        det_labels: [B, K].
        kwargs: ignored.

    Returns:
        [B, K, h, w]: scores of each box, or with `export_postprocess_mask` pixels of the image.
    """
    batch, number = det_bboxes.shape[:2]
    pred = self._mask_forward(x, with_batch_index(det_bboxes).view(-1, 5))['mask_pred']
    masks = self.mask_head.get_seg_masks(pred, det_bboxes.reshape(-1, det_bboxes.shape[-1]), det_labels.reshape(-1),
                                         self.test_cfg, img_metas[0]['img_shape'])
    return masks.reshape(batch, number, *masks.shape[-2:])
