"""Non-maximum suppression as the ONNX operator."""
import torch

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.batched_nms.symbolic import TRTBatchedNMSop, suppress
from mmdeploy.op.per_class import as_rows, candidates_per_class

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


@SYMBOLIC_REWRITER.register_symbolic('mmdeploy.mmcv.ops.ONNXNMSop', backend='default')
def nms_dynamic(ctx, g, boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold):
    """Emit the node; limits that are Python numbers become constants."""

    def constant(value, dtype: torch.dtype, *shape: int):
        if isinstance(value, torch._C.Value):
            return value
        return g.op('Constant', value_t=torch.full(shape, value, dtype=dtype))

    return g.op('NonMaxSuppression', boxes, scores, constant(max_output_boxes_per_class, torch.int64),
                constant(iou_threshold, torch.float32, 1), constant(score_threshold, torch.float32, 1))
