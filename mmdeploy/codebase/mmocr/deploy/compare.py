"""How far results of an engine are from those of PyTorch."""
from collections.abc import Sequence

import numpy as np

# Corners that are further away belong to other texts.
FAR = 10.0


def _match(mine: np.ndarray, other: np.ndarray) -> list[tuple[int, int]]:
    """Pair boundaries, the nearest first; each is in one pair at most."""
    if not len(mine) or not len(other):
        return []
    far = np.array([[np.abs(a[:-1] - b[:-1]).max() if a.shape == b.shape else np.inf for b in other] for a in mine])
    pairs = []
    while True:
        i, j = np.unravel_index(far.argmin(), far.shape)
        if not far[i, j] <= FAR:
            return pairs
        pairs.append((int(i), int(j)))
        far[i], far[:, j] = np.inf, np.inf


def compare_boundaries(expected: Sequence[Sequence], found: Sequence[Sequence]) -> list[tuple[str, str]]:
    """Compare boundaries, of each image a list of corners x0, y0, x1, ... and score.

    Returns:
        Names and values to show.
    """
    total = matched = 0
    corners, scores = [0.0], [0.0]
    for want, got in zip(expected, found, strict=True):
        mine, other = ([np.asarray(row, np.float64) for row in rows] for rows in (want, got))
        pairs = _match(mine, other)
        total += max(len(mine), len(other))
        matched += len(pairs)
        corners += [float(np.abs(mine[i][:-1] - other[j][:-1]).max()) for i, j in pairs]
        scores += [float(abs(mine[i][-1] - other[j][-1])) for i, j in pairs]
    return [('images', str(len(expected))), ('texts found by both', f'{matched} of {total}'),
            ('max difference of corners, pixels', f'{max(corners):.3g}'),
            ('max difference of scores', f'{max(scores):.3g}')]


def compare_texts(expected: Sequence[dict], found: Sequence[dict]) -> list[tuple[str, str]]:
    """Compare `text` and `score`, a list of a score per symbol, of each image.

    Returns:
        Names and values to show.
    """
    same = [(want, got) for want, got in zip(expected, found, strict=True) if want['text'] == got['text']]
    differences = [abs(a - b) for want, got in same for a, b in zip(want['score'], got['score'], strict=True)]
    return [('images', str(len(expected))), ('same text', str(len(same))),
            ('max difference of scores, of the same texts', f'{max(differences, default=0.0):.3g}')]
