"""Export of non-maximum suppression of rotated boxes."""
import torch
from mmcv.ops import nms_rotated

from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.per_class import as_rows, candidates_per_class


def suppress_rotated(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Return which of boxes [N, 5] with scores [N] stay, best first; there is at least one."""
    return nms_rotated(boxes, scores, iou_threshold)[1]


def _select(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float, score_threshold: float) -> torch.Tensor:
    """Compute what the operator does; see `ONNXNMSRotatedOp`."""
    selected = []
    for key, candidates, own, own_scores in candidates_per_class(boxes, scores, score_threshold):
        kept = suppress_rotated(own, own_scores, iou_threshold)
        selected += [[*key, box] for box in candidates[kept].tolist()]
    return as_rows(selected, 3, boxes.device)


class ONNXNMSRotatedOp(torch.autograd.Function):
    """Exports `mmdeploy::NMSRotated`."""

    @staticmethod
    def forward(ctx, boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float,
                score_threshold: float) -> torch.Tensor:
        """Select boxes.

        Args:
            ctx: context of the Function.
            boxes: [B, N, 5], centre x and y, width, height, angle in radians.
            scores: [B, C, N].
            iou_threshold: boxes that overlap a better one by more are dropped.
            score_threshold: boxes with at most this score are dropped.

        Returns:
            int64 [M, 3]: image, class and box, ordered by image and class, then by falling score.
        """
        return untraced(_select, boxes, scores, float(iou_threshold), float(score_threshold))

    @staticmethod
    def symbolic(g, boxes, scores, iou_threshold, score_threshold):
        """Emit the node."""
        return g.op(
            'mmdeploy::NMSRotated',
            boxes,
            scores,
            iou_threshold_f=float(iou_threshold),
            score_threshold_f=float(score_threshold))
