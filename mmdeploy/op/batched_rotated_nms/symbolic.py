"""Export of non-maximum suppression of rotated boxes as TensorRT's plug-in does it."""
import torch

from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.batched_nms.symbolic import batched_nms, node_options
from mmdeploy.op.nms_rotated.symbolic import suppress_rotated


class TRTBatchedRotatedNMSop(torch.autograd.Function):
    """Exports `mmdeploy::TRTBatchedRotatedNMS`."""

    @staticmethod
    def forward(ctx,
                boxes: torch.Tensor,
                scores: torch.Tensor,
                num_classes: int,
                pre_topk: int,
                after_topk: int,
                iou_threshold: float,
                score_threshold: float,
                background_label_id: int = -1) -> tuple[torch.Tensor, torch.Tensor]:
        """Select boxes [B, N, 1 or C, 5] by scores [B, N, C]; see `batched_nms`.

        Returns:
            Dets [B, K, 6] and labels [B, K].
        """
        return untraced(batched_nms, boxes, scores, suppress_rotated, pre_topk, after_topk, iou_threshold,
                        score_threshold, background_label_id)[:2]

    @staticmethod
    def symbolic(g,
                 boxes,
                 scores,
                 num_classes,
                 pre_topk,
                 after_topk,
                 iou_threshold,
                 score_threshold,
                 background_label_id=-1):
        """Emit the node."""
        options = node_options(num_classes, pre_topk, after_topk, iou_threshold, score_threshold, background_label_id)
        return g.op('mmdeploy::TRTBatchedRotatedNMS', boxes, scores, **options, outputs=2)
