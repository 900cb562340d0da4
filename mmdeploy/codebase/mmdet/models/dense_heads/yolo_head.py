"""The head of YOLOv3."""
import mmcv
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params, get_post_processing_params
from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.utils import Backend

from .levels import flatten_level
from .ncnn import detection_output, without_top_k


@mark('yolo_head', inputs=['pred_maps'])
def _mark_pred_maps(pred_maps):
    """Let a model be cut before its boxes are decoded."""
    return pred_maps


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.YOLOV3Head.get_bboxes', classes=['mmdet.models.dense_heads.YOLOV3Head'])
def yolov3_head__get_bboxes(ctx, self, pred_maps, img_metas, cfg=None, rescale=False, with_nms=True):
    """Decode all levels of a batch and select boxes.

    Args:
        ctx: context of the rewrite.
        self: the head.
        pred_maps: per level [B, A * (5 + C), H, W].
        img_metas: ignored: the pixels are those of the input.
        cfg: settings, by default `self.test_cfg`.
        rescale: ignored.
        with_nms: drop overlapping boxes.

    Returns:
        Dets [B, K, 5] and labels [B, K]; without `with_nms` boxes [B, N, 4] and scores [B, N, C].
    """
    pred_maps = _mark_pred_maps(pred_maps)
    cfg = self.test_cfg if cfg is None else cfg
    priors = self.prior_generator.grid_priors([x.shape[-2:] for x in pred_maps], device=pred_maps[0].device)
    boxes, scores, confidences = [], [], []
    for pred, prior, stride in zip(pred_maps, priors, self.featmap_strides, strict=True):
        pred = flatten_level(pred, self.num_attrib)
        offsets = torch.cat([pred[..., :2].sigmoid(), pred[..., 2:4]], -1)
        boxes.append(self.bbox_coder.decode(prior.unsqueeze(0), offsets, stride))
        confidences.append(pred[..., 4:5].sigmoid())
        scores.append(pred[..., 5:].sigmoid())
    boxes, scores, confidences = (torch.cat(x, 1) for x in (boxes, scores, confidences))
    post = get_post_processing_params(ctx.cfg)
    params = get_nms_params(ctx.cfg, cfg)
    # Both limits zero what is below; the suppression drops zeros.
    confident = confidences >= cfg.get('conf_thr', post.confidence_threshold)
    likely = scores > params['score_threshold']
    scores = scores * confidences * (confident & likely).type_as(scores)
    if not with_nms:
        return boxes, scores
    return multiclass_nms(boxes, scores, **dict(params, score_threshold=0.0))


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.YOLOV3Head.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.dense_heads.YOLOV3Head'])
def yolov3_head__get_bboxes__ncnn(ctx, self, pred_maps, img_metas=None, cfg=None, rescale=False, with_nms=True,
                                  **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`.

    Not by ncnn's layer Yolov3DetectionOutput, which lets boxes of one class suppress those of others.
    """
    cfg = without_top_k(self.test_cfg if cfg is None else cfg)
    boxes, scores = yolov3_head__get_bboxes(ctx, self, pred_maps, img_metas, cfg, with_nms=False)
    if not with_nms:
        return boxes, scores
    # The scores of what is below the limits are 0.
    return detection_output(ctx.cfg, mmcv.ConfigDict(dict(cfg, score_thr=0.0)), boxes, scores,
                            img_metas[0]['img_shape'])
