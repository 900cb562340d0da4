"""TOOD: scores and boxes that are already decoded."""
import importlib
from collections.abc import Sequence

import torch
from mmcv.ops import deform_conv

from mmdeploy.core import FUNCTION_REWRITER

from .levels import best_of_levels, flatten_level, select

_CLASSES = ['mmdet.models.dense_heads.TOODHead']


def _boxes(head: torch.nn.Module, pred: torch.Tensor, scale: torch.nn.Module, level: int,
           stride: Sequence[int]) -> torch.Tensor:
    """Return boxes [B, 4, H, W] in cells, of predictions [B, 4, H, W], before they are aligned with the scores."""
    batch, _, height, width = pred.shape
    anchors = head.prior_generator.single_level_grid_priors((height, width), level, device=pred.device)
    if head.anchor_type == 'anchor_free':
        distances = flatten_level(scale(pred.exp()).float(), 4)
        centers = (head.anchor_center(anchors) / stride[0]).unsqueeze(0)
        boxes = importlib.import_module('mmdet.core.bbox.transforms').distance2bbox(centers, distances)
    else:
        anchors = anchors.unsqueeze(0).expand(batch, -1, -1)
        boxes = head.bbox_coder.decode(anchors, flatten_level(scale(pred).float(), 4)) / stride[0]
    return boxes.reshape(batch, height, width, 4).permute(0, 3, 1, 2)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.TOODHead.forward', classes=_CLASSES)
def tood_head__forward(ctx, self, feats):
    """Predict for a batch of any size; mmdet repeats the anchors by a loop over images.

    Args:
        ctx: context of the rewrite.
        self: the head.
        feats: per level [B, C, H, W].

    Returns:
        Per level scores [B, classes, H, W] and boxes [B, 4, H, W], x1, y1, x2, y2 in cells.
    """
    cls_scores, bbox_preds = [], []
    for level, (x, scale, stride) in enumerate(zip(feats, self.scales, self.prior_generator.strides, strict=True)):
        inter_feats = []
        for inter_conv in self.inter_convs:
            x = inter_conv(x)
            inter_feats.append(x)
        feat = torch.cat(inter_feats, 1)
        mean = torch.nn.functional.adaptive_avg_pool2d(feat, (1, 1))
        cls_feat, reg_feat = self.cls_decomp(feat, mean), self.reg_decomp(feat, mean)
        cls_scores.append((self.tood_cls(cls_feat).sigmoid() * self.cls_prob_module(feat).sigmoid()).sqrt())
        plain = _boxes(self, self.tood_reg(reg_feat), scale, level, stride)
        aligned = self.deform_sampling(plain.contiguous(), self.reg_offset_module(feat).contiguous())
        crossed = (aligned[:, 0:1] > aligned[:, 2:3]) | (aligned[:, 1:2] > aligned[:, 3:4])
        bbox_preds.append(torch.where(crossed.expand_as(aligned), plain, aligned))
    return tuple(cls_scores), tuple(bbox_preds)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.TOODHead.deform_sampling', classes=_CLASSES)
def tood_head__deform_sampling(ctx, self, feat, offset):
    """Sample each channel of [B, C, H, W] at offsets [B, 2 * C, H, W], y and x; the number of channels is fixed."""
    channels = int(feat.shape[1])
    return deform_conv.deform_conv2d(feat, offset, feat.new_ones(channels, 1, 1, 1), 1, 0, 1, channels, channels)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.TOODHead.get_bboxes', classes=_CLASSES)
def tood_head__get_bboxes(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                          rescale=False, with_nms=True, **kwargs):
    """Select boxes of all levels of a batch; see `base_dense_head__get_bbox`. mmdet does not clip them."""
    cfg = self.test_cfg if cfg is None else cfg
    levels = []
    for cls_score, bbox_pred, stride in zip(cls_scores, bbox_preds, self.prior_generator.strides, strict=True):
        scores = flatten_level(cls_score, self.cls_out_channels)
        levels.append((scores, (flatten_level(bbox_pred, 4) * stride[0], scores)))
    boxes, scores = best_of_levels(ctx.cfg, cfg, levels)
    return select(ctx.cfg, cfg, boxes, scores, with_nms)
