"""Maps as text detectors give them, and maps that hurt."""
from collections.abc import Iterator

import cv2
import numpy as np


def words(height: int, width: int, count: int, seed: int, *, blur: float = 1.5, turned: bool = True) -> np.ndarray:
    """Return probabilities [H,W] of `count` words: bars, most of them a little turned, with soft edges."""
    rng = np.random.default_rng(seed)
    image = np.zeros((height, width), np.float32)
    for _ in range(count):
        size = rng.uniform(6, max(8, width / 6)), rng.uniform(4, max(5, height / 12))
        angle = rng.choice([0, rng.normal(0, 8), rng.uniform(0, 180)]) if turned else 0
        box = cv2.boxPoints(((rng.uniform(0, width), rng.uniform(0, height)), size, float(angle)))
        cv2.fillPoly(image, [box.astype(np.int32)], float(rng.uniform(0.4, 1)))
    return cv2.GaussianBlur(image, (0, 0), blur)


def page(height: int, width: int, lines: list[str], scale: float = 1.2) -> np.ndarray:
    """Return probabilities [H,W] that letters of OpenCV's font leave, which run together in words."""
    image = np.zeros((height, width), np.float32)
    for i, line in enumerate(lines):
        cv2.putText(image, line, (8, int(34 * scale) * (i + 1)), cv2.FONT_HERSHEY_SIMPLEX, scale, 1.0, 3)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 4) * 2, 0, 1)


def hurtful(size: tuple[int, int] = (40, 60)) -> Iterator[tuple[str, np.ndarray]]:
    """Yield names and probabilities [H,W]."""
    rng = np.random.default_rng(3)
    height, width = size
    empty = np.zeros(size, np.float32)

    def drawn(draw) -> np.ndarray:
        image = empty.copy()
        draw(image)
        return image

    yield 'no text', empty
    yield 'all text', empty + 1
    yield 'all at the threshold', empty + np.float32(0.3)
    yield 'one pixel', drawn(lambda m: m.__setitem__((7, 9), 1))
    ends = slice(None, None, height - 1), slice(None, None, width - 1)
    yield 'the corners', drawn(lambda m: m.__setitem__(ends, 1))
    yield 'a row', drawn(lambda m: m.__setitem__(20, 1))
    yield 'a diagonal', np.eye(height, width, dtype=np.float32)
    yield 'the border', drawn(lambda m: cv2.rectangle(m, (0, 0), (width - 1, height - 1), 1.0))
    yield 'a ring', drawn(lambda m: cv2.circle(m, (30, 20), 15, 0.9, 4))
    yield 'text in a hole', drawn(lambda m: (cv2.circle(m, (30, 20), 18, 0.9, 3), cv2.circle(m, (30, 20), 6, 0.8, -1)))
    yield 'corners touch', drawn(lambda m: (cv2.rectangle(m, (5, 5), (19, 14), 1.0, -1),
                                            cv2.rectangle(m, (20, 15), (40, 30), 0.7, -1)))
    yield 'sides touch', drawn(lambda m: (cv2.rectangle(m, (5, 5), (19, 14), 1.0, -1),
                                          cv2.rectangle(m, (20, 5), (40, 14), 0.7, -1)))
    yield 'two thin lines', drawn(lambda m: m.__setitem__((slice(10, 14, 2), slice(5, 55)), 1))
    yield 'a bow tie', drawn(lambda m: cv2.fillPoly(m, [np.array([[5, 5], [50, 30], [50, 5], [5, 30]])], 1.0))
    yield 'a chess board', (np.indices(size).sum(0) % 2).astype(np.float32)
    yield 'components', (np.indices(size) % 3 < 2).all(0).astype(np.float32)
    yield 'noise', rng.random(size, dtype=np.float32)
    yield 'soft noise', cv2.GaussianBlur(rng.random(size, dtype=np.float32), (0, 0), 1.5)
    yield 'one pixel high', drawn(lambda m: None)[:1] + 1
    yield 'a map of one pixel', empty[:1, :1] + 1
