"""How far two models agree in what they detect: boxes are matched before differences are taken."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# Boxes belong together from this overlap on; what is left over is counted.
SAME_BOX = 0.9
# Of boxes that belong together, a side that is further away, in pixels and as a share of the longer one, is wrong; so
# is a mask of less overlap, and more pixels of difference.
SAME_SIDE, SAME_SIDE_SHARE = 1.0, 0.03
SAME_MASK, SAME_MASK_PIXELS = 0.9, 5
# Two boxes of this overlap suppress one another: which of them stays is chance where their scores tie.
RIVALS = 0.4
# A box whose score is no further from where the list ends proves nothing where it is the only one.
CLEAR_SCORE = 0.02
# Of fewer boxes one without partner is no disagreement.
FEW_BOXES = 20
# An unmatched box is no disagreement if its score is that close to where the list ends.
SCORE_TOLERANCE = 1e-3


class Detections(NamedTuple):
    """What a model finds in an image.

    Attributes:
        boxes: [n, 5], x1, y1, x2, y2 and score.
        labels: [n].
        masks: n of them, bool [h, w] or run-length encoded; None without masks.
    """
    boxes: np.ndarray
    labels: np.ndarray
    masks: Sequence[np.ndarray | dict] | None = None


class Agreement(NamedTuple):
    """How far two lists of detections agree.

    Attributes:
        expected, found: number of detections.
        matched: how many of them are in both.
        at_limit: unmatched ones of both whose score is where the lists end: at the threshold, or at the last place.
        score: largest difference of scores of a match.
        side: largest difference of sides of a match, in pixels.
        mask: smallest intersection over union of masks of a match; 0 where one side has none; 1 without masks.
        masks: how many matches have masks on both sides.
    """
    expected: int = 0
    found: int = 0
    matched: int = 0
    at_limit: int = 0
    score: float = 0.0
    side: float = 0.0
    mask: float = 1.0
    masks: int = 0

    @property
    def unmatched(self) -> int:
        """Return how many detections only one side has, without a reason."""
        return self.expected + self.found - 2 * self.matched - self.at_limit

    def __or__(self, other: 'Agreement') -> 'Agreement':
        """Return the agreement in two images."""
        counts = (a + b for a, b in zip(self[:4], other[:4], strict=True))
        return Agreement(*counts, max(self.score, other.score), max(self.side, other.side),
                         min(self.mask, other.mask), self.masks + other.masks)

    def rows(self) -> list[tuple[str, str]]:
        """Return what to show, as names and values."""
        rows = [('boxes of PyTorch, of the engine, in both', f'{self.expected}, {self.found}, {self.matched}'),
                ('boxes of one side only', f'{self.unmatched} and {self.at_limit} at the end of the list'),
                ('max difference of scores', f'{self.score:.3g}'),
                ('max difference of sides', f'{self.side:.3g} pixels')]
        if self.masks or self.mask < 1:
            rows.append((f'min overlap of {self.masks} masks', f'{self.mask:.4f}'))
        return rows


def detections_of_result(result: Sequence | np.ndarray) -> Detections:
    """Return the detections of a result of mmdet: boxes of each class, these with masks, or proposals [n, 5]."""
    if isinstance(result, np.ndarray):
        return Detections(result, np.zeros(len(result), int))
    boxes, segments = result if isinstance(result, tuple) else (result, None)
    labels = np.concatenate([np.full(len(own), i) for i, own in enumerate(boxes)] or [np.zeros(0, int)])
    masks = None if segments is None else [mask for own in segments for mask in own]
    return Detections(np.concatenate([*boxes, np.zeros((0, 5), np.float32)]), labels, masks)


def detections_of_outputs(dets: np.ndarray, labels: np.ndarray, masks: np.ndarray | None = None,
                          threshold: float = 0.5) -> Detections:
    """Return the detections of a network's outputs for one image.

    Args:
        dets: [K, 5]; rows with score 0 are left out.
        labels: [K].
        masks: [K, h, w], scores or bool.
        threshold: score from which on a pixel belongs to an object.
    """
    kept = dets[:, 4] > 0
    if masks is not None:
        masks = list(masks[kept] if masks.dtype == bool else masks[kept] >= threshold)
    return Detections(dets[kept], labels[kept].astype(int), masks)


def _overlaps(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the intersection over union of a box [4] with others [n, 4]; 1 for equal ones without area."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.maximum(high - low, 0), 1)
    areas = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], 1)
    overlaps = common / np.maximum(areas - common, 1e-6)
    return np.where(np.abs(others - box).max(1) < 0.1, 1.0, overlaps) if len(others) else overlaps


def _pairs(expected: Detections, found: Detections) -> list[tuple[int, int]]:
    """Match detections one to one, the best scores first: the same class, and nearly the same place and score."""
    pairs, free = [], np.ones(len(found.boxes), bool)
    for i in np.argsort(-expected.boxes[:, 4], kind='stable'):
        candidates = np.flatnonzero(free & (found.labels == expected.labels[i]))
        overlaps = _overlaps(expected.boxes[i, :4], found.boxes[candidates, :4])
        near = overlaps >= SAME_BOX
        if near.any():
            scores = np.abs(found.boxes[candidates[near], 4] - expected.boxes[i, 4])
            j = candidates[near][np.argmin(scores + 1 - overlaps[near])]
            free[j] = False
            pairs.append((int(i), int(j)))
    return pairs


def _pixels(mask: np.ndarray | dict) -> np.ndarray:
    """Return a mask, bool [h, w], that mmdet may have run-length encoded."""
    if isinstance(mask, dict):
        from pycocotools.mask import decode
        return decode(mask).astype(bool)
    return mask


def _mask_overlap(expected: np.ndarray | dict, found: np.ndarray | dict) -> float:
    """Return the intersection over union of two masks; 1 where both are empty."""
    expected, found = _pixels(expected), _pixels(found)
    if expected.shape != found.shape:
        return 0.0
    union = np.count_nonzero(expected | found)
    return np.count_nonzero(expected & found) / union if union else 1.0


def _is_at_limit(boxes: np.ndarray, others: np.ndarray, score_threshold: float, max_per_img: int,
                 tolerance: float = SCORE_TOLERANCE) -> np.ndarray:
    """Return which unmatched boxes [n, 5] have the score of where the list of the other side ends."""
    limit = score_threshold
    if 0 < max_per_img <= len(others):
        limit = max(limit, others[:, 4].min())
    return boxes[:, 4] <= limit + tolerance


def compare(expected: Detections, found: Detections, score_threshold: float = 0.0,
            max_per_img: int = -1) -> Agreement:
    """Compare the detections of two models in an image.

    Args:
        expected: those of PyTorch.
        found: those of an engine.
        score_threshold: boxes up to it are left out of both.
        max_per_img: boxes at most; -1 for no limit.
    """
    pairs = _pairs(expected, found)
    if not pairs:
        mine, other = np.zeros(0, int), np.zeros(0, int)
    else:
        mine, other = np.array(pairs).T
    differences = np.abs(expected.boxes[mine] - found.boxes[other])
    masks = []
    if expected.masks is not None and found.masks is not None:
        masks = [_mask_overlap(expected.masks[i], found.masks[j]) for i, j in pairs]
    one_has_none = pairs and (expected.masks is None) != (found.masks is None)
    at_limit = sum(
        np.count_nonzero(_is_at_limit(np.delete(a.boxes, used, 0), b.boxes, score_threshold, max_per_img))
        for a, b, used in ((expected, found, mine), (found, expected, other)))
    return Agreement(
        len(expected.boxes), len(found.boxes), len(pairs), int(at_limit), float(differences[:, 4].max(initial=0)),
        float(differences[:, :4].max(initial=0)), 0.0 if one_has_none else min(masks, default=1.0), len(masks))


def _is_off(expected: Detections, found: Detections, i: int, j: int) -> bool:
    """Tell whether a side or the mask of a match is clearly another one."""
    box = expected.boxes[i, :4]
    longer = max(box[2] - box[0], box[3] - box[1])
    if np.abs(found.boxes[j, :4] - box).max() > max(SAME_SIDE, SAME_SIDE_SHARE * longer):
        return True
    if expected.masks is None or found.masks is None:
        return (expected.masks is None) != (found.masks is None)
    ours, theirs = _pixels(expected.masks[i]), _pixels(found.masks[j])
    return ours.shape != theirs.shape or (
        _mask_overlap(ours, theirs) < SAME_MASK and np.count_nonzero(ours != theirs) > SAME_MASK_PIXELS)


def _count_rivals(lost: np.ndarray, extra: np.ndarray) -> int:
    """Return how many boxes [n, 5] of one side have a rival of the same score on the other one."""
    count, free = 0, np.ones(len(extra), bool)
    for box in lost:
        ties = free & (np.abs(extra[:, 4] - box[4]) <= SCORE_TOLERANCE)
        rivals = np.flatnonzero(ties & (_overlaps(box[:4], extra[:, :4]) >= RIVALS))
        if len(rivals):
            free[rivals[0]] = False
            count += 1
    return count


class _Moved(NamedTuple):
    """What is elsewhere in an image.

    Attributes:
        boxes: those that each side has at another place, or one side has where the other finds nothing.
        ties: how many more would be explained by equal scores.
    """
    boxes: int
    ties: int


def _find_moved(expected: Detections, found: Detections, score_threshold: float, max_per_img: int) -> _Moved:
    """Return what is elsewhere; boxes near to where the lists end prove nothing, see `compare`."""
    pairs = _pairs(expected, found)
    mine, other = np.array(pairs, int).reshape(-1, 2).T
    lost, extra = (
        boxes[~_is_at_limit(boxes, b.boxes, score_threshold, max_per_img, CLEAR_SCORE)]
        for boxes, b in ((np.delete(expected.boxes, mine, 0), found), (np.delete(found.boxes, other, 0), expected)))
    off = sum(_is_off(expected, found, i, j) for i, j in pairs)
    if not len(expected.boxes) or not len(found.boxes):
        return _Moved(max(len(lost), len(extra)), 0)
    ties = _count_rivals(lost, extra)
    return _Moved(min(len(lost), len(extra)) - ties, ties + off)


def measure_disagreement(expected: Sequence[Detections], found: Sequence[Detections], score_threshold: float = 0.0,
                         max_per_img: int = -1) -> float:
    """Return how far two models disagree in some images: 0 for equal detections, about 1 for others.

    It is the largest of three: the share of the boxes that only one side has, of at least `FEW_BOXES`; the share of
    those that are elsewhere, where one may be by chance, because scores tie; and the largest difference of scores of a
    match, relative to the best score.

    Args:
        expected: those of PyTorch, of each image.
        found: those of an engine.
        score_threshold, max_per_img: see `compare`.
    """
    agreement, boxes, ties = Agreement(), 0, 0
    for mine, other in zip(expected, found, strict=True):
        agreement |= compare(mine, other, score_threshold, max_per_img)
        moved = _find_moved(mine, other, score_threshold, max_per_img)
        boxes, ties = boxes + moved.boxes, ties + moved.ties
    best = max((float(mine.boxes[:, 4].max(initial=0)) for mine in expected), default=0.0)
    return max(agreement.unmatched / max(agreement.expected + agreement.found, FEW_BOXES),
               (boxes + max(ties - 1, 0)) / max(agreement.expected, agreement.found, 1),
               agreement.score / max(best, 1e-12))
