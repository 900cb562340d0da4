"""Heads of the second stage."""
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes, get_nms_params
from mmdeploy.core import FUNCTION_REWRITER, mark


@FUNCTION_REWRITER.register_rewriter('mmdet.models.roi_heads.bbox_heads.bbox_head.BBoxHead.forward')
@FUNCTION_REWRITER.register_rewriter('mmdet.models.roi_heads.bbox_heads.convfc_bbox_head.ConvFCBBoxHead.forward')
@mark('bbox_head_forward', inputs=['bbox_feats'], outputs=['cls_score', 'bbox_pred'])
def bbox_head__forward(ctx, self, x):
    """Mark the features [N, C, h, w] and the predictions."""
    return ctx.origin_func(self, x)


def select_boxes(deploy_cfg: mmcv.Config, head: torch.nn.Module, rois: torch.Tensor, cls_score: torch.Tensor,
                 bbox_pred: torch.Tensor, img_shape: Sequence[int],
                 is_proposal: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Refine proposals and select boxes.

    Args:
        deploy_cfg: deploy config.
        head: a `BBoxHead`.
        rois: [B, N, 5], image and x1, y1, x2, y2. Those without an area fill up the rows and get no boxes.
        cls_score: [B, N, classes + 1].
        bbox_pred: [B, N, 4], or [B, N, classes * 4] when each class has boxes of its own; None: the rois stay.
        img_shape: height and width of the input.
        is_proposal: [B, N, 1], False for rows that only fill up the number of proposals; None: rois without an area do.

    Returns:
        Dets [B, K, 5] and labels [B, K].
    """
    assert rois.ndim == 3, f'rois have {rois.ndim} dimensions, expected [batch, proposals, 5]'
    if head.custom_cls_channels:
        scores = head.loss_cls.get_activation(cls_score)
    else:
        scores = cls_score.softmax(-1)
    scores = scores[..., :head.num_classes]
    if bbox_pred is None:
        boxes = torch.stack(clip_bboxes(*rois[..., 1:].unbind(-1), img_shape), -1)
    else:
        boxes = head.bbox_coder.decode(rois[..., 1:], bbox_pred, max_shape=img_shape)
        if not head.reg_class_agnostic:
            boxes = boxes.reshape(*boxes.shape[:2], head.num_classes, 4)
    if is_proposal is None:
        is_proposal = (rois[..., 3:] - rois[..., 1:3]).min(-1, keepdim=True)[0] > 0
    # A head gives scores to any row, and its classes may find a box in one that stands for nothing.
    scores = scores * is_proposal.to(scores)
    params = get_nms_params(deploy_cfg, head.test_cfg)
    if not torch.onnx.is_in_onnx_export() and params['pre_top_k'] >= boxes.shape[1]:
        params['pre_top_k'] = -1
    return multiclass_nms(boxes, scores, **params)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.bbox_heads.bbox_head.BBoxHead.get_bboxes',
    classes=['mmdet.models.roi_heads.bbox_heads.BBoxHead'])
def bbox_head__get_bboxes(ctx, self, rois, cls_score, bbox_pred, img_shape, scale_factor, rescale=False, cfg=None,
                          is_proposal=None):
    """See `select_boxes`; the settings are those of `cfg`."""
    self.test_cfg = cfg
    return select_boxes(ctx.cfg, self, rois, cls_score, bbox_pred, img_shape, is_proposal)
