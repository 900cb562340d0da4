"""TOOD: scores and boxes that are already decoded."""
from mmcv.ops import deform_conv

from mmdeploy.core import FUNCTION_REWRITER

from .levels import best_of_levels, flatten_level, select

_CLASSES = ['mmdet.models.dense_heads.TOODHead']


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
