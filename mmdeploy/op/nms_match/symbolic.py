"""Export of non-maximum suppression that tells who suppressed whom."""
import torch
from mmcv.ops import nms_match

from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.per_class import as_rows, candidates_per_class


def _select(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float, score_threshold: float) -> torch.Tensor:
    """Compute what the operator does; see `ONNXNMSMatchOp`."""
    selected = []
    for key, candidates, own, own_scores in candidates_per_class(boxes, scores, score_threshold):
        for group in nms_match(torch.cat([own, own_scores[:, None]], 1), iou_threshold):
            kept, *suppressed = candidates[group].tolist()
            selected += [[*key, kept, box] for box in suppressed]
    return as_rows(selected, 4, boxes.device)


class ONNXNMSMatchOp(torch.autograd.Function):
    """Exports `mmdeploy::NMSMatch`."""

    @staticmethod
    def forward(ctx, boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float,
                score_threshold: float) -> torch.Tensor:
        """Match boxes that are dropped with those that are kept.

        Args:
            ctx: context of the Function.
            boxes: [B, N, 4], x1, y1, x2, y2.
            scores: [B, C, N].
            iou_threshold: boxes that overlap a better one by more are dropped.
            score_threshold: boxes with at most this score do not take part.

        Returns:
            int64 [M, 4]: image, class, box that is kept and box that it dropped, ordered by image and class, then by
            falling score of the kept box.
        """
        return untraced(_select, boxes, scores, float(iou_threshold), float(score_threshold))

    @staticmethod
    def symbolic(g, boxes, scores, iou_threshold, score_threshold):
        """Emit the node; the thresholds are inputs."""
        thresholds = (g.op('Constant', value_t=torch.tensor([float(value)]))
                      for value in (iou_threshold, score_threshold))
        return g.op('mmdeploy::NMSMatch', boxes, scores, *thresholds)
