"""ncnn's layer that decodes and selects boxes."""
from collections.abc import Sequence

import torch

from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.batched_nms.symbolic import suppress


def _decode(loc: torch.Tensor, priors: torch.Tensor, variances: torch.Tensor) -> torch.Tensor:
    """Move and scale priors [N, 4] by predictions [N, 4], as SSD does (Liu et al. 2016, section 2.2)."""
    sizes, centers = priors[:, 2:] - priors[:, :2], (priors[:, 2:] + priors[:, :2]) / 2
    centers = centers + variances[:, :2] * loc[:, :2] * sizes
    half = (variances[:, 2:] * loc[:, 2:]).exp() * sizes / 2
    return torch.cat([centers - half, centers + half], 1)


def _select(boxes: torch.Tensor, scores: torch.Tensor, score_threshold: float, nms_threshold: float, nms_top_k: int,
            keep_top_k: int) -> torch.Tensor:
    """Return rows [K, 6] of label, score and corners by falling score; class 0 is the background."""
    rows = [boxes.new_zeros(0, 6)]
    for label in range(1, scores.shape[1]):
        found = (scores[:, label] > score_threshold).nonzero().squeeze(1)
        found = found[scores[found, label].argsort(descending=True)[:nms_top_k]]
        found = found[suppress(boxes[found], scores[found, label], nms_threshold)]
        own = scores[found, label].unsqueeze(1)
        rows.append(torch.cat([torch.full_like(own, label), own, boxes[found]], 1))
    rows = torch.cat(rows)
    return rows[rows[:, 1].argsort(descending=True)[:keep_top_k]]


class NcnnDetectionOutputOp(torch.autograd.Function):
    """Exports `mmdeploy::DetectionOutput`."""

    @staticmethod
    def symbolic(g, loc, conf, anchor, score_threshold=0.35, nms_threshold=0.45, nms_top_k=100, keep_top_k=100,
                 num_class=81, target_stds=(0.1, 0.1, 0.2, 0.2)):
        """Emit the node."""
        return g.op(
            'mmdeploy::DetectionOutput', loc, conf, anchor, score_threshold_f=score_threshold,
            nms_threshold_f=nms_threshold, nms_top_k_i=nms_top_k, keep_top_k_i=keep_top_k, num_class_i=num_class,
            vars_f=list(target_stds))

    @staticmethod
    def forward(ctx, loc: torch.Tensor, conf: torch.Tensor, anchor: torch.Tensor, score_threshold: float = 0.35,
                nms_threshold: float = 0.45, nms_top_k: int = 100, keep_top_k: int = 100, num_class: int = 81,
                target_stds: Sequence[float] = (0.1, 0.1, 0.2, 0.2)) -> torch.Tensor:
        """Decode and select boxes.

        Args:
            ctx: context of the Function.
            loc: [1, 1, 4 * N], predictions for each prior.
            conf: [1, 1, N * num_class], scores of each prior, the background first.
            anchor: [1, 2, 4 * N], corners of the priors, and what each prediction is multiplied by.
            score_threshold: boxes up to it are dropped.
            nms_threshold: overlap above which the worse box of a class is dropped.
            nms_top_k: candidates per class.
            keep_top_k: boxes at most.
            num_class: classes and the background.
            target_stds: of the node only; ncnn reads them where `anchor` has one row.

        Returns:
            [1, K, 6], rows of label (from 1 on), score and corners in the units of `anchor`, by falling score.
        """

        def compute() -> torch.Tensor:
            boxes = _decode(loc.reshape(-1, 4), anchor[0, 0].reshape(-1, 4), anchor[0, 1].reshape(-1, 4))
            return _select(boxes, conf.reshape(-1, num_class), score_threshold, nms_threshold, nms_top_k,
                           keep_top_k).unsqueeze(0)

        return untraced(compute)


ncnn_detection_output_forward = NcnnDetectionOutputOp.apply
