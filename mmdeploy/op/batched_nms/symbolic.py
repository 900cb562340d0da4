"""Export of non-maximum suppression as TensorRT's plug-in does it."""
from collections.abc import Callable

import torch
from mmcv.ops import nms

from mmdeploy.core.rewriters.untraced import untraced

# Which of boxes [N, D] with scores [N] stay, best first; there is at least one.
Suppress = Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]


def suppress(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """See `Suppress`; boxes are [N, 4], x1, y1, x2, y2."""
    return nms(boxes, scores.contiguous(), iou_threshold)[1]


def _select_image(boxes: torch.Tensor, scores: torch.Tensor, suppress: Suppress, pre_topk: int, iou_threshold: float,
                  score_threshold: float, background_label_id: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return boxes with scores [K, D + 1], labels [K] and indices [K] of one image, best first."""
    dets, labels, index = [], [], []
    for label in range(scores.shape[1]):
        candidates = torch.nonzero(scores[:, label] > score_threshold).flatten()
        if label == background_label_id or not len(candidates):
            continue
        order = scores[candidates, label].sort(descending=True, stable=True)[1]
        candidates = candidates[order][:pre_topk if pre_topk > 0 else None]
        own = boxes[candidates, label if boxes.shape[1] > 1 else 0]
        kept = suppress(own, scores[candidates, label], iou_threshold)
        index.append(candidates[kept])
        dets.append(torch.cat([own[kept], scores[index[-1], label].unsqueeze(-1)], -1))
        labels.append(torch.full_like(index[-1], label))
    if not dets:
        nothing = torch.zeros(0, dtype=torch.int32, device=boxes.device)
        return boxes.new_zeros(0, boxes.shape[-1] + 1), nothing, nothing
    dets, labels, index = torch.cat(dets), torch.cat(labels), torch.cat(index)
    order = dets[:, -1].sort(descending=True, stable=True)[1]
    return dets[order], labels[order], index[order]


def batched_nms(boxes: torch.Tensor, scores: torch.Tensor, suppress: Suppress, pre_topk: int, after_topk: int,
                iou_threshold: float, score_threshold: float,
                background_label_id: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Select boxes of each class, then the best of all classes.

    Args:
        boxes: [B, N, 1 or C, D], or [B, N, D].
        scores: [B, N, C].
        suppress: drops boxes of one class that overlap a better one.
        pre_topk: candidates per class; 0 or less takes all.
        after_topk: K, rows of the result per image; 0 or less means N.
        iou_threshold: boxes that overlap a better one of their class by more are dropped.
        score_threshold: boxes with at most this score are dropped.
        background_label_id: this class is left out; -1 leaves out none.

    Returns:
        Boxes with scores [B, K, D + 1], labels int32 [B, K] and indices int32 [B, K] into N, best first. Rows that are
        left over are 0, their labels and indices -1.
    """
    boxes = boxes.unsqueeze(2) if boxes.ndim == 3 else boxes
    rows = after_topk if after_topk > 0 else boxes.shape[1]
    dets = boxes.new_zeros(boxes.shape[0], rows, boxes.shape[-1] + 1)
    labels = torch.full(dets.shape[:2], -1, dtype=torch.int32, device=boxes.device)
    index = labels.clone()
    for image in range(boxes.shape[0]):
        found = _select_image(boxes[image], scores[image], suppress, pre_topk, iou_threshold, score_threshold,
                              background_label_id)
        count = min(rows, len(found[0]))
        for out, values in zip((dets, labels, index), found, strict=True):
            out[image].narrow(0, 0, count).copy_(values[:count])
    return dets, labels, index


def node_options(num_classes: int, pre_topk: int, after_topk: int, iou_threshold: float, score_threshold: float,
                 background_label_id: int) -> dict:
    """Return the attributes that the node has for upright and for rotated boxes."""
    return dict(
        background_label_id_i=background_label_id,
        num_classes_i=num_classes,
        topk_i=pre_topk,
        keep_topk_i=after_topk,
        score_threshold_f=score_threshold,
        iou_threshold_f=iou_threshold,
        is_normalized_i=0,
        clip_boxes_i=0)


class TRTBatchedNMSop(torch.autograd.Function):
    """Exports `mmdeploy::TRTBatchedNMS`."""

    @staticmethod
    def forward(ctx,
                boxes: torch.Tensor,
                scores: torch.Tensor,
                num_classes: int,
                pre_topk: int,
                after_topk: int,
                iou_threshold: float,
                score_threshold: float,
                background_label_id: int = -1,
                return_index: bool = False) -> tuple[torch.Tensor, ...]:
        """Select boxes [B, N, 1 or C, 4] by scores [B, N, C]; see `batched_nms`.

        Returns:
            Dets [B, K, 5], labels [B, K], and with `return_index` indices [B, K].
        """
        found = untraced(batched_nms, boxes, scores, suppress, pre_topk, after_topk, iou_threshold, score_threshold,
                         background_label_id)
        return found if return_index else found[:2]

    @staticmethod
    def symbolic(g,
                 boxes,
                 scores,
                 num_classes,
                 pre_topk,
                 after_topk,
                 iou_threshold,
                 score_threshold,
                 background_label_id=-1,
                 return_index=False):
        """Emit the node."""
        options = node_options(num_classes, pre_topk, after_topk, iou_threshold, score_threshold, background_label_id)
        return g.op(
            'mmdeploy::TRTBatchedNMS',
            boxes,
            scores,
            **options,
            return_index_i=int(return_index),
            outputs=3 if return_index else 2)
