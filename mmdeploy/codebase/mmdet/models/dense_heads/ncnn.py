"""One-stage detectors in ncnn: its own layer DetectionOutput selects the boxes.

The layer decodes boxes as SSD does. Heads decode in other ways, too, so that boxes are decoded by the graph, and given
to the layer as priors that nothing moves: one way for all heads, with the numbers of PyTorch.
"""
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.codebase.mmdet.core.ops import ncnn_detection_output_forward
from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params, get_proposal_params
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .base_dense_head import base_dense_head__get_bbox
from .fovea_head import fovea_head__get_bboxes
from .gfl_head import gfl_head__get_bbox
from .reppoints_head import reppoints_head__get_bboxes
from .rpn_head import candidates
from .yolo_head import yolov3_head__get_bboxes
from .yolox_head import yolox_head__get_bboxes

_HEADS = 'mmdet.models.dense_heads'
# Of those that the general rewrite serves these are compared with PyTorch in ncnn.
_CHECKED = ('RetinaHead', 'FCOSHead', 'FSAFHead', 'ATSSHead', 'VFNetHead')


def _without_top_k(cfg: mmcv.ConfigDict) -> mmcv.ConfigDict:
    """Return settings that keep all candidates: ncnn has no TopK."""
    return mmcv.ConfigDict(dict(cfg, nms_pre=-1))


def detection_output(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict, boxes: torch.Tensor, scores: torch.Tensor,
                     img_shape: Sequence[int]) -> torch.Tensor:
    """Select boxes.

    Args:
        deploy_cfg: deploy config.
        test_cfg: settings of the head.
        boxes: [1, N, 4], x1, y1, x2, y2 in pixels.
        scores: [1, N, classes].
        img_shape: height and width of the input.

    Returns:
        [1, K, 6], rows of label (from 1 on), score and corners in units of the image, by falling score.
    """
    assert boxes.shape[0] == 1, f'ncnn takes one image at a time, found a batch of {int(boxes.shape[0])}'
    height, width = (int(n) for n in img_shape)
    count, classes = int(scores.shape[1]), int(scores.shape[2])
    priors = (boxes * boxes.new_tensor([1 / width, 1 / height] * 2)).reshape(1, 1, 4 * count)
    ones = boxes.new_ones(1, 1, 4 * count)
    # The background comes first.
    conf = torch.cat([scores.new_zeros(1, count, 1), scores], 2).reshape(1, 1, -1)
    params = get_nms_params(deploy_cfg, test_cfg)
    return ncnn_detection_output_forward(
        ones * 0, conf, torch.cat([priors, ones], 1), float(params['score_threshold']),
        float(params['iou_threshold']), int(params['pre_top_k']), int(params['keep_top_k']), classes + 1)


def _select(ctx, head: torch.nn.Module, get_bboxes, predictions: Sequence, img_metas: Sequence[dict],
            cfg: mmcv.ConfigDict | None, with_nms: bool) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
    """Decode as another rewrite does, then let ncnn select."""
    cfg = _without_top_k(head.test_cfg if cfg is None else cfg)
    boxes, scores = get_bboxes(ctx, head, *predictions, img_metas=img_metas, cfg=cfg, with_nms=False)
    if not with_nms:
        return boxes, scores
    return detection_output(ctx.cfg, cfg, boxes, scores, img_metas[0]['img_shape'])


@FUNCTION_REWRITER.register_rewriter(f'{_HEADS}.base_dense_head.BaseDenseHead.get_bboxes',
                                     backend=Backend.NCNN.value,
                                     classes=[f'{_HEADS}.{name}' for name in _CHECKED])
def base_dense_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                                      rescale=False, with_nms=True, **kwargs):
    """Return rows [1, K, 6] as `detection_output` does; arguments as in `base_dense_head__get_bbox`."""
    return _select(ctx, self, base_dense_head__get_bbox, (cls_scores, bbox_preds, score_factors), img_metas, cfg,
                   with_nms)


@FUNCTION_REWRITER.register_rewriter(f'{_HEADS}.SSDHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=[f'{_HEADS}.SSDHead'])
def ssd_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, img_metas, with_nms=True, cfg=None, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return _select(ctx, self, base_dense_head__get_bbox, (cls_scores, bbox_preds), img_metas, cfg, with_nms)


@FUNCTION_REWRITER.register_rewriter(f'{_HEADS}.FoveaHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=[f'{_HEADS}.FoveaHead'])
def fovea_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                                 rescale=None, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return _select(ctx, self, fovea_head__get_bboxes, (cls_scores, bbox_preds), img_metas, cfg, with_nms)


@FUNCTION_REWRITER.register_rewriter(f'{_HEADS}.gfl_head.GFLHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=[f'{_HEADS}.GFLHead'])
def gfl_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                               rescale=False, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return _select(ctx, self, gfl_head__get_bbox, (cls_scores, bbox_preds), img_metas, cfg, with_nms)


@FUNCTION_REWRITER.register_rewriter(f'{_HEADS}.RepPointsHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=[f'{_HEADS}.RepPointsHead'])
def reppoints_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                                     rescale=None, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`."""
    return _select(ctx, self, reppoints_head__get_bboxes, (cls_scores, bbox_preds), img_metas, cfg, with_nms)


@FUNCTION_REWRITER.register_rewriter(f'{_HEADS}.YOLOV3Head.get_bboxes', backend=Backend.NCNN.value,
                                     classes=[f'{_HEADS}.YOLOV3Head'])
def yolov3_head__get_bboxes__ncnn(ctx, self, pred_maps, img_metas=None, cfg=None, rescale=False, with_nms=True,
                                  **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`.

    Not by ncnn's layer Yolov3DetectionOutput, which lets boxes of one class suppress those of others.
    """
    cfg = _without_top_k(self.test_cfg if cfg is None else cfg)
    boxes, scores = yolov3_head__get_bboxes(ctx, self, pred_maps, img_metas, cfg, with_nms=False)
    if not with_nms:
        return boxes, scores
    # The scores of what is below the limits are 0.
    return detection_output(ctx.cfg, mmcv.ConfigDict(dict(cfg, score_thr=0.0)), boxes, scores,
                            img_metas[0]['img_shape'])


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


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.RPNHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.dense_heads.RPNHead'])
def rpn_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, img_metas=None, with_nms=True, cfg=None, **kwargs):
    """See `rpn_head__get_bboxes`; whoever selects proposals takes the best of each level first."""
    assert int(cls_scores[0].shape[0]) == 1, 'ncnn takes one image at a time'
    cfg = self.test_cfg if cfg is None else cfg
    boxes, scores = candidates(ctx.cfg, _without_top_k(cfg), self, cls_scores, bbox_preds, img_metas, with_nms)
    return multiclass_nms(boxes, scores, **get_proposal_params(ctx.cfg, cfg)) if with_nms else (boxes, scores)
