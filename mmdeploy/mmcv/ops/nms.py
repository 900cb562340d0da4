"""Non-maximum suppression as the ONNX operator."""
import numpy as np
import torch

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.batched_nms.symbolic import TRTBatchedNMSop, suppress
from mmdeploy.op.per_class import as_rows, candidates_per_class
from mmdeploy.utils import Backend

__all__ = ['ONNXNMSop', 'TRTBatchedNMSop', 'nms_dynamic']


def _select(boxes: torch.Tensor, scores: torch.Tensor, max_output_boxes_per_class: int, iou_threshold: float,
            score_threshold: float) -> torch.Tensor:
    """Compute what ONNX's NonMaxSuppression does; see `ONNXNMSop`."""
    selected = []
    for key, candidates, own, own_scores in candidates_per_class(boxes, scores, score_threshold):
        kept = suppress(own, own_scores, iou_threshold)
        selected += [[*key, box] for box in candidates[kept][:max_output_boxes_per_class].tolist()]
    return as_rows(selected, 3, boxes.device)


class ONNXNMSop(torch.autograd.Function):
    """Exports `NonMaxSuppression` (ONNX, opset 10 and later)."""

    @staticmethod
    def forward(ctx, boxes: torch.Tensor, scores: torch.Tensor, max_output_boxes_per_class: int, iou_threshold: float,
                score_threshold: float) -> torch.Tensor:
        """Select boxes.

        Args:
            ctx: context of the Function.
            boxes: [B, N, 4], x1, y1, x2, y2.
            scores: [B, C, N].
            max_output_boxes_per_class: per image and class.
            iou_threshold: boxes that overlap a better one by more are dropped.
            score_threshold: boxes with at most this score are dropped.

        Returns:
            int64 [M, 3]: image, class and box, ordered by image and class, then by falling score.
        """
        return untraced(_select, boxes, scores, int(max_output_boxes_per_class), float(iou_threshold),
                        float(score_threshold))

    @staticmethod
    def symbolic(g, boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold):
        """Emit the node."""
        return g.op('NonMaxSuppression', boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold)


def _overlap_limit(backend: str, iou_threshold):
    """Return the overlap from which on an engine drops boxes.

    OpenVINO drops those whose overlap is the threshold, too: it gets the next larger number.
    """
    if backend != Backend.OPENVINO or isinstance(iou_threshold, torch._C.Value):
        return iou_threshold
    return float(np.nextafter(np.float32(iou_threshold), np.float32(2)))


@SYMBOLIC_REWRITER.register_symbolic('mmdeploy.mmcv.ops.ONNXNMSop', backend='default')
def nms_dynamic(ctx, g, boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold):
    """Emit the node; limits that are Python numbers become constants."""
    iou_threshold = _overlap_limit(ctx.backend, iou_threshold)

    def constant(value, dtype: torch.dtype, *shape: int):
        if isinstance(value, torch._C.Value):
            return value
        return g.op('Constant', value_t=torch.full(shape, value, dtype=dtype))

    return g.op('NonMaxSuppression', boxes, scores, constant(max_output_boxes_per_class, torch.int64),
                constant(iou_threshold, torch.float32, 1), constant(score_threshold, torch.float32, 1))


@SYMBOLIC_REWRITER.register_symbolic('mmcv.ops.nms.NMSop')
def nms__default(ctx, g, bboxes, scores, iou_threshold, offset, score_threshold, max_num):
    """Emit ONNX's NonMaxSuppression for mmcv's own operator, whose symbolic needs an older PyTorch.

    Args:
        ctx: context of the rewrite.
        g: graph.
        bboxes: [N, 4].
        scores: [N].
        iou_threshold: overlap above which the worse box is dropped.
        offset: 1 where the sides of boxes are inclusive.
        score_threshold: boxes up to it are dropped; 0 drops none.
        max_num: boxes at most; 0 or less for all.

    Returns:
        Indices [K] by falling score.
    """

    def constant(value, dtype: torch.dtype):
        return g.op('Constant', value_t=torch.tensor(value, dtype=dtype))

    if offset:
        bboxes = g.op('Add', bboxes, constant([0, 0, offset, offset], torch.float32))
    limits = [constant([int(max_num) if max_num > 0 else torch.iinfo(torch.int32).max], torch.int64),
              constant([_overlap_limit(ctx.backend, iou_threshold)], torch.float32)]
    if score_threshold > 0:
        limits.append(constant([score_threshold], torch.float32))
    boxes = g.op('Reshape', bboxes, constant([1, -1, 4], torch.int64))
    scores = g.op('Reshape', scores, constant([1, 1, -1], torch.int64))
    rows = g.op('NonMaxSuppression', boxes, scores, *limits)
    return g.op('Gather', rows, constant(2, torch.int64), axis_i=1)
