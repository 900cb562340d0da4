"""Non-maximum suppression as the ONNX operator."""
import torch
from mmcv.ops import nms

from mmdeploy.core import SYMBOLIC_REWRITER

from .untraced import untraced


def _select(boxes: torch.Tensor, scores: torch.Tensor, max_output_boxes_per_class: int, iou_threshold: float,
            score_threshold: float) -> torch.Tensor:
    """Compute what ONNX's NonMaxSuppression does; see `ONNXNMSop`."""
    selected = []
    for batch in range(boxes.shape[0]):
        for label in range(scores.shape[1]):
            candidates = torch.nonzero(scores[batch, label] > score_threshold).flatten()
            if not len(candidates):
                continue
            _, kept = nms(boxes[batch][candidates], scores[batch, label][candidates].contiguous(), iou_threshold)
            for box in candidates[kept][:max_output_boxes_per_class].tolist():
                selected.append([batch, label, box])
    return torch.tensor(selected, dtype=torch.int64, device=boxes.device).reshape(-1, 3)


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

    def constant(value, dtype: torch.dtype):
        if isinstance(value, torch._C.Value):
            return value
        return g.op('Constant', value_t=torch.tensor([value], dtype=dtype))

    return g.op('NonMaxSuppression', boxes, scores, constant(max_output_boxes_per_class, torch.int64),
                constant(iou_threshold, torch.float32), constant(score_threshold, torch.float32))
