"""What the eager values of the kinds of non-maximum suppression have in common."""
from collections.abc import Iterator

import torch


def candidates_per_class(boxes: torch.Tensor, scores: torch.Tensor, score_threshold: float
                         ) -> Iterator[tuple[tuple[int, int], torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Go through the classes of a batch that have boxes with a score above the threshold.

    Args:
        boxes: [B, N, D].
        scores: [B, C, N].
        score_threshold: boxes with at most this score are no candidates.

    Yields:
        Image and class, indices [n] of the candidates, their boxes [n, D] and their scores [n].
    """
    for image in range(boxes.shape[0]):
        for label in range(scores.shape[1]):
            own = scores[image, label]
            chosen = torch.nonzero(own > score_threshold).flatten()
            if len(chosen):
                yield (image, label), chosen, boxes[image][chosen], own[chosen]


def as_rows(rows: list[list[int]], columns: int, device: torch.device) -> torch.Tensor:
    """Return int64 [M, columns], also for no rows."""
    return torch.tensor(rows, dtype=torch.int64, device=device).reshape(-1, columns)
