"""Non-maximum suppression of many classes, for a batch."""
import importlib
from collections.abc import Callable

import torch

from mmdeploy.codebase.mmdet.deploy.utils import best_of_classes, gather_topk
from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.mmcv.ops import ONNXNMSop, TRTBatchedNMSop
from mmdeploy.op.torchscript import torchscript_operator
from mmdeploy.utils import Backend, is_dynamic_batch


def _gather_boxes(boxes: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """Return rows [B, K, *] of [B, N, *] by indices [B, K]."""
    return gather_topk(boxes, inds=indices, batch_size=boxes.shape[0])


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
        boxes: [B, N, 4], or [B, N, C, 4] when each class has boxes of its own.
        nms_index: [M, 3], image, class and box.
        batch_size: B.
        keep_top_k: number of boxes to keep per image, -1 for all.

    Returns:
        Boxes with scores [B, K, 5] by falling score, and labels [B, K]. Rows without a box are 0, with label -1 where
        the row belongs to another image.
    """
    image, label, box = nms_index[:, 0], nms_index[:, 1], nms_index[:, 2]
    own = boxes[image, box] if boxes.ndim == 3 else boxes[image, box, label]
    dets = torch.cat([own, scores[image, label, box].unsqueeze(1)], 1)
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
    own = boxes[0, box] if boxes.ndim == 3 else boxes[0, box, label]
    dets = torch.cat([own, scores[0, label, box].unsqueeze(1)], 1).unsqueeze(0)
    return _sort_by_score(*_append_empty_row(dets, label.unsqueeze(0)), keep_top_k)


def _best_candidates(boxes: torch.Tensor, scores: torch.Tensor, pre_top_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the `pre_top_k` best rows, by their best score, of boxes [B, N, *] and scores [B, N, C]."""
    if pre_top_k <= 0:
        return boxes, scores
    best = scores.max(-1)[0].topk(pre_top_k, dim=1)[1]
    return _gather_boxes(boxes, best), _gather_boxes(scores, best)


def _run_nms(boxes: torch.Tensor, scores: torch.Tensor, max_output_boxes_per_class: int, iou_threshold: float,
             score_threshold: float, pre_top_k: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return scores [B, C, N'], boxes [B, N', 4 or C, 4] of the best candidates, and the selection [M, 3]."""
    boxes, scores = _best_candidates(boxes, scores, pre_top_k)
    scores = scores.permute(0, 2, 1)
    limits = (max_output_boxes_per_class, iou_threshold, score_threshold)
    if boxes.ndim == 3:
        return scores, boxes, ONNXNMSop.apply(boxes, scores, *limits)
    # The operator takes the same boxes for all classes: those of each class go through it as an image of their own.
    classes = int(scores.shape[1])
    per_class = boxes.permute(0, 2, 1, 3).reshape(-1, boxes.shape[1], 4)
    index = ONNXNMSop.apply(per_class, scores.reshape(-1, 1, scores.shape[2]), *limits)
    image = torch.div(index[:, 0], classes, rounding_mode='floor')
    return scores, boxes, torch.stack([image, index[:, 0] - image * classes, index[:, 2]], 1)


def _multiclass_nms(boxes: torch.Tensor,
                    scores: torch.Tensor,
                    max_output_boxes_per_class: int = 1000,
                    iou_threshold: float = 0.5,
                    score_threshold: float = 0.05,
                    pre_top_k: int = -1,
                    keep_top_k: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """Drop boxes that overlap a better one of the same class.

    Args:
        boxes: [B, N, 4], x1, y1, x2, y2, or [B, N, C, 4] when each class has boxes of its own.
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


def _by_class(select: Callable[[torch.Tensor, torch.Tensor, int], tuple[torch.Tensor, torch.Tensor]],
              boxes: torch.Tensor, scores: torch.Tensor, max_output_boxes_per_class: int,
              keep_top_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Select boxes by an operator whose only limit is that of an image.

    Args:
        select: selects dets [B, K, 5] and labels [B, K] of boxes [B, N, 1 or C, 4], scores [B, N, C] and K.
        boxes: [B, N, 1 or C, 4].
        scores: [B, N, C].
        max_output_boxes_per_class: per image and class.
        keep_top_k: boxes to keep per image; -1 for all.

    Returns:
        Dets [B, K, 5] and labels [B, K].
    """
    if 0 <= keep_top_k <= max_output_boxes_per_class:
        return select(boxes, scores, keep_top_k)
    # The limit of a class may bind: each class goes through the operator as an image of its own.
    batch, count, classes = scores.shape[0], scores.shape[1], int(scores.shape[2])
    own_boxes = boxes.expand(-1, -1, classes, -1).permute(0, 2, 1, 3).reshape(-1, count, 1, 4)
    own_scores = scores.permute(0, 2, 1).reshape(-1, count, 1)
    dets, _ = select(own_boxes, own_scores, max_output_boxes_per_class)
    labels = torch.arange(classes, device=scores.device).view(1, -1, 1).expand(
        batch, -1, max_output_boxes_per_class).reshape(batch, -1)
    return _sort_by_score(dets.reshape(batch, classes * max_output_boxes_per_class, 5), labels, keep_top_k)


@FUNCTION_REWRITER.register_rewriter(
    func_name='mmdeploy.codebase.mmdet.core.post_processing._multiclass_nms', backend=Backend.TENSORRT.value)
def multiclass_nms_static(ctx,
                          boxes: torch.Tensor,
                          scores: torch.Tensor,
                          max_output_boxes_per_class: int = 1000,
                          iou_threshold: float = 0.5,
                          score_threshold: float = 0.05,
                          pre_top_k: int = -1,
                          keep_top_k: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """Let a plug-in select exactly `keep_top_k` boxes; see `_multiclass_nms`."""
    if not 0 <= keep_top_k <= max_output_boxes_per_class:
        # The plug-in would take the candidates of each class by themselves.
        boxes, scores = _best_candidates(boxes, scores, pre_top_k)
        pre_top_k = -1
    boxes = boxes if boxes.ndim == 4 else boxes.unsqueeze(2)

    def run(boxes: torch.Tensor, scores: torch.Tensor, limit: int) -> tuple[torch.Tensor, torch.Tensor]:
        return TRTBatchedNMSop.apply(boxes, scores, int(scores.shape[-1]), pre_top_k, limit, iou_threshold,
                                     score_threshold, -1)

    return _by_class(run, boxes, scores, max_output_boxes_per_class, keep_top_k)


@FUNCTION_REWRITER.register_rewriter(
    func_name='mmdeploy.codebase.mmdet.core.post_processing._multiclass_nms', backend=Backend.TORCHSCRIPT.value)
def multiclass_nms__torchscript(ctx,
                                boxes: torch.Tensor,
                                scores: torch.Tensor,
                                max_output_boxes_per_class: int = 1000,
                                iou_threshold: float = 0.5,
                                score_threshold: float = 0.05,
                                pre_top_k: int = -1,
                                keep_top_k: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """Let our operator select boxes: torchvision's would have to be linked to every program that runs the model.

    See `_multiclass_nms`. There are as many rows as boxes are kept at most; those without a box are 0.
    """
    boxes, scores = _best_candidates(boxes, scores, pre_top_k)
    boxes = boxes if boxes.ndim == 4 else boxes.unsqueeze(2)

    def run(boxes: torch.Tensor, scores: torch.Tensor, limit: int) -> tuple[torch.Tensor, torch.Tensor]:
        dets, labels, _ = torchscript_operator('TRTBatchedNMS')(
            boxes, scores, keep_topk=limit, iou_threshold=float(iou_threshold), num_classes=int(scores.shape[-1]),
            topk=-1, score_threshold=float(score_threshold), is_normalized=0, clip_boxes=0)
        return dets, labels.long()

    return _by_class(run, boxes, scores, max_output_boxes_per_class, keep_top_k)


@mark('multiclass_nms', inputs=['boxes', 'scores'], outputs=['dets', 'labels'])
def multiclass_nms(boxes: torch.Tensor, scores: torch.Tensor, *args, nms_pre: int = -1,
                   **kwargs) -> tuple[torch.Tensor, torch.Tensor]:
    """See `_multiclass_nms`; found by its path, so that rewrites apply.

    Of a class only the `nms_pre` best boxes take part (below 1: all). Exported graphs leave this out: where an engine
    can choose them, the head has done so, and where it cannot, the graph is cut here.
    """
    if not torch.onnx.is_in_onnx_export():
        scores = best_of_classes(scores, nms_pre)
    package = importlib.import_module('mmdeploy.codebase.mmdet.core.post_processing')
    return package._multiclass_nms(boxes, scores, *args, **kwargs)
