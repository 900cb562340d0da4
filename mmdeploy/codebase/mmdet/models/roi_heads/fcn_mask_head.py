"""Masks of boxes."""
from collections.abc import Sequence

import torch

from mmdeploy.codebase.mmdet.deploy.utils import get_post_processing_params
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend, get_backend


def _units(first: torch.Tensor, last: torch.Tensor, size: int | torch.Tensor) -> torch.Tensor:
    """Return the centres of `size` pixels in units of each side, -1 at `first` [N, 1] and 1 at `last`: [N, size]."""
    length = last - first
    empty = (length == 0).to(first)
    pixels = torch.arange(size, device=first.device).to(first) + 0.5
    # mmdet takes the middle of a box without size.
    return ((pixels - first) / (length + empty) * 2 - 1) * (1 - empty)


def paste_masks(masks: torch.Tensor, boxes: torch.Tensor, height: int | torch.Tensor,
                width: int | torch.Tensor) -> torch.Tensor:
    """Return scores [N, height, width] of images, 0 outside of the boxes.

    Args:
        masks: scores in the boxes, [N, 1, h, w].
        boxes: [N, 4], x1, y1, x2, y2.
        height, width: of the image.
    """
    x = _units(boxes[:, 0:1], boxes[:, 2:3], width).unsqueeze(1)
    y = _units(boxes[:, 1:2], boxes[:, 3:4], height).unsqueeze(2)
    # Broadcast both to [N, height, width].
    grid = torch.stack([x + y * 0, y + x * 0], 3)
    return torch.nn.functional.grid_sample(masks, grid, align_corners=False).squeeze(1)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.mask_heads.fcn_mask_head.FCNMaskHead.get_seg_masks',
    classes=['mmdet.models.roi_heads.mask_heads.FCNMaskHead'])
def fcn_mask_head__get_seg_masks(ctx, self, mask_pred, det_bboxes, det_labels, rcnn_test_cfg,
                                 ori_shape: Sequence[int] | torch.Tensor, are_scores: bool = False, **kwargs):
    """Return the mask of each box.

    Args:
        ctx: context of the rewrite.
        self: the head.
        mask_pred: [N, classes or 1, h, w].
        det_bboxes: [N, 4 or 5]; with scores, those that are 0 stand for no box.
        det_labels: [N].
        rcnn_test_cfg: settings, for `mask_thr_binary`.
        ori_shape: height and width of the input.
        are_scores: `mask_pred` is from 0 to 1; otherwise it is what the head predicts.
        kwargs: ignored.

    Returns:
        Scores [N, 1, h, w], 0 for no box; with `export_postprocess_mask` in the deploy config pixels of the input,
        [N, height, width]: bool where the threshold is not negative (numbers for TensorRT), otherwise scores.
    """
    if not self.class_agnostic:
        # Rows without a box may have label -1.
        labels = det_labels * (det_labels > 0).to(det_labels)
        mask_pred = mask_pred[torch.arange(mask_pred.shape[0], device=mask_pred.device), labels].unsqueeze(1)
    scores = mask_pred if are_scores else mask_pred.sigmoid()
    if det_bboxes.shape[-1] > 4:
        # What engines make of a region without an area differs.
        scores = scores * (det_bboxes[:, 4] > 0).to(scores).view(-1, 1, 1, 1)
    if not get_post_processing_params(ctx.cfg).get('export_postprocess_mask', True):
        return scores
    masks = paste_masks(scores, det_bboxes[:, :4], ori_shape[0], ori_shape[1])
    threshold = rcnn_test_cfg.mask_thr_binary
    if threshold >= 0:
        masks = masks >= threshold
        if get_backend(ctx.cfg) == Backend.TENSORRT:
            masks = masks.float()
    return masks
