"""Handwritten digits (scikit-learn) on photographs (scikit-image): data with exact labels, without a download."""
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import skimage
from sklearn.datasets import load_digits

# Whole photographs are held out.
PHOTOS = {
    'train': ('astronaut.png', 'brick.png', 'camera.png', 'chelsea.png', 'grass.png', 'gravel.png', 'ihc.png',
              'motorcycle_left.png', 'hubble_deep_field.jpg', 'retina.jpg'),
    'test': ('coffee.png', 'rocket.jpg', 'coins.png', 'moon.png'),
}


class Scene(NamedTuple):
    """An image [H, W, 3] in BGR order, and for each digit its label, its mask [H, W] and its box x1, y1, x2, y2."""

    image: np.ndarray
    labels: list[int]
    masks: list[np.ndarray]
    boxes: list[tuple[int, int, int, int]]

    def label_map(self, digits: Sequence[int]) -> np.ndarray:
        """Return [H, W]: 0 for the photograph, else 1 + the place of the digit in `digits`."""
        labels = np.zeros(self.image.shape[:2], np.uint8)
        for label, mask in zip(self.labels, self.masks, strict=True):
            labels[mask] = 1 + digits.index(label)
        return labels


@cache
def photos(part: str) -> list[np.ndarray]:
    """Return the photographs of a split, [H, W, 3] in BGR order."""
    folder = Path(skimage.__file__).parent / 'data'
    return [cv2.imread(str(folder / name)) for name in PHOTOS[part]]


@cache
def _scans(part: str, digits: tuple[int, ...]) -> list[tuple[np.ndarray, int]]:
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    border = len(order) * 4 // 5
    chosen = order[:border] if part == 'train' else order[border:]
    return [(data.images[i] / 16, int(data.target[i])) for i in chosen if data.target[i] in digits]


def crop(rng: np.random.Generator, part: str, size: int) -> np.ndarray:
    """Return a square part of a photograph of a split, [size, size, 3] in BGR order."""
    photo = photos(part)[rng.integers(len(PHOTOS[part]))]
    side = int(rng.integers(size, max(size + 1, min(photo.shape[:2]))))
    top, left = (int(rng.integers(total - side + 1)) for total in photo.shape[:2])
    return cv2.resize(photo[top:top + side, left:left + side], (size, size), interpolation=cv2.INTER_AREA)


def _place(rng: np.random.Generator, image: np.ndarray, taken: np.ndarray, scans: list) -> tuple | None:
    """Draw a digit where no other one is; return its label, mask and box."""
    size = image.shape[0]
    side = int(rng.integers(size // 5, size // 2))
    top, left = (int(x) for x in rng.integers(0, size - side, 2))
    scan, label = scans[rng.integers(len(scans))]
    ink = cv2.resize(scan, (side, side), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros(taken.shape, bool)
    mask[top:top + side, left:left + side] = ink > 0.4
    rows, columns = np.nonzero(mask)
    if len(rows) < 20:
        return None
    box = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    if taken[box[1]:box[3], box[0]:box[2]].any():
        return None
    background = image[mask].mean(0)
    colour = np.where(background > 127, rng.uniform(0, 70, 3), rng.uniform(185, 255, 3))
    image[mask] = np.clip(colour + rng.normal(0, 8, (len(rows), 3)), 0, 255).astype(np.uint8)
    taken[box[1]:box[3], box[0]:box[2]] = True
    return label, mask, box


def scenes(part: str, count: int, size: int, digits: Sequence[int] = tuple(range(10))) -> Iterator[Scene]:
    """Yield `count` scenes of a split, always the same ones.

    Args:
        part: `train` or `test`.
        count: how many.
        size: pixels of a side.
        digits: those that are on them.
    """
    rng = np.random.default_rng(['train', 'test'].index(part))
    for _ in range(count):
        image = np.ascontiguousarray(crop(rng, part, size))
        taken = np.zeros(image.shape[:2], bool)
        found = [_place(rng, image, taken, _scans(part, tuple(digits))) for _ in range(int(rng.integers(2, 7)))]
        placed = [digit for digit in found if digit is not None]
        yield Scene(image, [d[0] for d in placed], [d[1] for d in placed], [d[2] for d in placed])


def normalised(found: Sequence[Scene], norm: dict) -> np.ndarray:
    """Return the images of scenes [N, 3, H, W] in RGB order, normalised as `img_norm_cfg` of a config says."""
    images = np.stack([scene.image for scene in found])[..., ::-1].astype(np.float32)
    return ((images - np.float32(norm['mean'])) / np.float32(norm['std'])).transpose(0, 3, 1, 2).copy()
