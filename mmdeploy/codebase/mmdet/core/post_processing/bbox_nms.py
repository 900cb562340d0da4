"""Non-maximum suppression of many classes, for a batch."""
import importlib

import torch

from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.mmcv.ops import ONNXNMSop
from mmdeploy.utils import is_dynamic_batch


def _gather_boxes(boxes: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """Return boxes [B, K, 4] of [B, N, 4] by indices [B, K]."""
    return boxes.gather(1, indices.unsqueeze(-1).expand(-1, -1, boxes.shape[-1]))


def _sort_by_score(dets: torch.Tensor, labels: torch.Tensor, keep_top_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the best `keep_top_k` (or all, for -1) of dets [B, M, 5] and labels [B, M], best first."""
    scores = dets[:, :, -1]
    if keep_top_k > 0 and (torch.onnx.is_in_onnx_export() or keep_top_k < dets.shape[1]):
        order = scores.topk(keep_top_k, dim=1)[1]
    else:
        order = scores.sort(dim=1, descending=True)[1]
    return _gather_boxes(dets, order), labels.gather(1, order)


def _append_empty_row(dets: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Add a box of zeros with score 0: engines need at least one row."""
    batch = dets.shape[0]
    return (torch.cat([dets, dets.new_zeros((batch, 1, 5))], 1), torch.cat([labels, labels.new_zeros((batch, 1))], 1))


def select_nms_index(scores: torch.Tensor,
                     boxes: torch.Tensor,
                     nms_index: torch.Tensor,
                     batch_size: int,
                     keep_top_k: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """Collect what NonMaxSuppression has selected.

    Args:
        scores: [B, C, N].
        boxes: [B, N, 4].
        nms_index: [M, 3], image, class and box.
        batch_size: B.
        keep_top_k: number of boxes to keep per image, -1 for all.

    Returns:
        Boxes with scores [B, K, 5] by falling score, and labels [B, K]. Rows without a box are 0, with label -1 where
        the row belongs to another image.
    """
    image, label, box = nms_index[:, 0], nms_index[:, 1], nms_index[:, 2]
    dets = torch.cat([boxes[image, box], scores[image, label, box].unsqueeze(1)], 1)
    images = torch.arange(0, batch_size, dtype=image.dtype, device=image.device)
    belongs = image.unsqueeze(0) == images.unsqueeze(1)
    dets = dets.unsqueeze(0).repeat(batch_size, 1, 1)
    dets = dets.where(belongs.unsqueeze(-1), dets.new_zeros(1))
    labels = label.unsqueeze(0).repeat(batch_size, 1)
    labels = labels.where(belongs, labels.new_ones(1) * -1)
    return _sort_by_score(*_append_empty_row(dets, labels), keep_top_k)


def _select_single(scores: torch.Tensor, boxes: torch.Tensor, nms_index: torch.Tensor,
                   keep_top_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """`select_nms_index` of one image."""
    label, box = nms_index[:, 1], nms_index[:, 2]
    dets = torch.cat([boxes[0, box], scores[0, label, box].unsqueeze(1)], 1).unsqueeze(0)
    return _sort_by_score(*_append_empty_row(dets, label.unsqueeze(0)), keep_top_k)


def _run_nms(boxes: torch.Tensor, scores: torch.Tensor, max_output_boxes_per_class: int, iou_threshold: float,
             score_threshold: float, pre_top_k: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return scores [B, C, N'], boxes [B, N', 4] of the best candidates, and the selection [M, 3]."""
    if pre_top_k > 0:
        best = scores.max(-1)[0].topk(pre_top_k, dim=1)[1]
        boxes, scores = _gather_boxes(boxes, best), _gather_boxes(scores, best)
    scores = scores.permute(0, 2, 1)
    index = ONNXNMSop.apply(boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold)
    return scores, boxes, index


def _multiclass_nms(boxes: torch.Tensor,
                    scores: torch.Tensor,
                    max_output_boxes_per_class: int = 1000,
                    iou_threshold: float = 0.5,
                    score_threshold: float = 0.05,
                    pre_top_k: int = -1,
                    keep_top_k: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """Drop boxes that overlap a better one of the same class.

    Args:
        boxes: [B, N, 4], x1, y1, x2, y2.
        scores: [B, N, C].
        max_output_boxes_per_class: per image and class.
        iou_threshold: overlap above which the worse box is dropped.
        score_threshold: boxes with at most this score are dropped.
        pre_top_k: candidates per image, by their best score; -1 for all.
        keep_top_k: boxes to keep per image; -1 for all.

    Returns:
        Boxes with scores [B, K, 5] by falling score, and labels [B, K].
    """
    batch_size = scores.shape[0]
    scores, boxes, index = _run_nms(boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold,
                                    pre_top_k)
    return select_nms_index(scores, boxes, index, batch_size, keep_top_k)


@FUNCTION_REWRITER.register_rewriter(
    func_name='mmdeploy.codebase.mmdet.core.post_processing._multiclass_nms')
def multiclass_nms__default(ctx,
                            boxes: torch.Tensor,
                            scores: torch.Tensor,
                            max_output_boxes_per_class: int = 1000,
                            iou_threshold: float = 0.5,
                            score_threshold: float = 0.05,
                            pre_top_k: int = -1,
                            keep_top_k: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """Do without the part for several images when there is always one; see `_multiclass_nms`."""
    batch_size = scores.shape[0]
    is_single = not is_dynamic_batch(ctx.cfg) and batch_size == 1
    scores, boxes, index = _run_nms(boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold,
                                    pre_top_k)
    if is_single:
        return _select_single(scores, boxes, index, keep_top_k)
    return select_nms_index(scores, boxes, index, batch_size, keep_top_k)


@mark('multiclass_nms', inputs=['boxes', 'scores'], outputs=['dets', 'labels'])
def multiclass_nms(*args, **kwargs) -> tuple[torch.Tensor, torch.Tensor]:
    """See `_multiclass_nms`; found by its path, so that rewrites apply."""
    package = importlib.import_module('mmdeploy.codebase.mmdet.core.post_processing')
    return package._multiclass_nms(*args, **kwargs)
