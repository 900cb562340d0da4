"""The head of YOLOX."""
import numpy as np
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .levels import flatten_level, grid_priors
from .ncnn import detection_output


def _best_classes(scores: torch.Tensor) -> torch.Tensor:
    """Return scores [B, N, C] that are 0 but for the first of the best classes of each place: mmdet takes one only."""
    is_best = (scores >= scores.max(-1, keepdim=True)[0]).to(scores)
    # How many of the best ones come before: not by ArgMax, which ncnn lacks.
    classes = int(scores.shape[-1])
    before = is_best @ torch.from_numpy(np.triu(np.ones((classes, classes)), 1)).to(scores)
    return scores * is_best * (1 - before.clamp(0, 1))


@FUNCTION_REWRITER.register_rewriter('mmdet.models.YOLOXHead.get_bboxes', classes=['mmdet.models.YOLOXHead'])
def yolox_head__get_bboxes(ctx, self, cls_scores, bbox_preds, objectnesses, img_metas=None, cfg=None, rescale=False,
                           with_nms=True):
    """Decode all levels of a batch and select boxes.

    Args:
        ctx: context of the rewrite.
        self: the head.
        cls_scores: per level [B, C, H, W].
        bbox_preds: per level [B, 4, H, W].
        objectnesses: per level [B, 1, H, W].
        img_metas: ignored: mmdet does not clip these boxes.
        cfg: settings, by default `self.test_cfg`.
        rescale: ignored: the pixels are those of the input.
        with_nms: drop overlapping boxes.

    Returns:
        Dets [B, K, 5] and labels [B, K]; without `with_nms` boxes [B, N, 4] and scores [B, N, C],
        which are 0 but for one class of each place.
    """
    cfg = self.test_cfg if cfg is None else cfg
    priors = torch.cat(grid_priors(self, cls_scores, with_stride=True), 1)
    scores, boxes, objectness = (torch.cat([flatten_level(x, size) for x in levels], 1) for levels, size in (
        (cls_scores, self.cls_out_channels), (bbox_preds, 4), (objectnesses, 1)))
    # The class is chosen before the objectness comes in: what differs may be rounded to equal products.
    scores, boxes = _best_classes(scores.sigmoid()), self._bbox_decode(priors.squeeze(0), boxes)
    scores = scores * objectness.sigmoid()
    if not with_nms:
        return boxes, scores
    params = get_nms_params(ctx.cfg, cfg)
    threshold = np.float32(params['score_threshold'])
    if threshold > 0:  # of YOLOX mmdet keeps what equals it, and NMS what is above
        params['score_threshold'] = float(np.nextafter(threshold, np.float32(0)))
    return multiclass_nms(boxes, scores, **params)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.YOLOXHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.YOLOXHead'])
def yolox_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, objectnesses, img_metas=None, cfg=None,
                                 rescale=False, with_nms=True):
    """See `base_dense_head__get_bboxes__ncnn`."""
    cfg = self.test_cfg if cfg is None else cfg
    boxes, scores = yolox_head__get_bboxes(ctx, self, cls_scores, bbox_preds, objectnesses, img_metas, cfg,
                                           with_nms=False)
    if not with_nms:
        return boxes, scores
    return detection_output(ctx.cfg, cfg, boxes, scores, img_metas[0]['img_shape'])
