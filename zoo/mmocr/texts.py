"""Words in OpenCV's Hershey fonts and Matplotlib's DejaVu on photographs, with exact quads and texts."""
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from zoo.photos import crop

SYMBOLS = '0123456789abcdefghijklmnopqrstuvwxyz'
_HERSHEY = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
_DEJAVU = ('DejaVuSans', 'DejaVuSans-Bold', 'DejaVuSansMono', 'DejaVuSerif', 'DejaVuSerif-Bold')


class Word(NamedTuple):
    """A word of a scene, and its corners [4, 2] in pixels, clockwise from where reading begins."""

    text: str
    quad: np.ndarray


class Scene(NamedTuple):
    """An image [H, W, 3] in BGR order, and its words."""

    image: np.ndarray
    words: list[Word]


@cache
def _typeface(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / f'fonts/ttf/{name}.ttf'), size)


def _ink(rng: np.random.Generator, text: str, height: int) -> np.ndarray:
    """Return how much ink is where, 0..1 [H, W], cut to the word; `height` is about that of a capital letter."""
    canvas = np.zeros((height * 3, height * (len(text) + 2) * 2), np.uint8)
    if rng.random() < 0.4:
        font, thickness = int(rng.choice(_HERSHEY)), 1 + int(height > 16 and rng.random() < 0.5)
        cv2.putText(canvas, text, (height, height * 2), font, height / 21, 255, thickness, cv2.LINE_AA)
    else:
        picture = Image.fromarray(canvas)
        typeface = _typeface(str(rng.choice(_DEJAVU)), round(height * 1.35))
        ImageDraw.Draw(picture).text((height, height // 2), text, 255, typeface)
        canvas = np.asarray(picture)
    rows, columns = (np.flatnonzero(canvas.max(axis)) for axis in (1, 0))
    return canvas[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].astype(np.float32) / 255


def _text(rng: np.random.Generator) -> str:
    return ''.join(rng.choice(list(SYMBOLS), int(rng.integers(3, 7))))


def _place(rng: np.random.Generator, image: np.ndarray, taken: np.ndarray) -> Word | None:
    """Write a word where no other one is."""
    size = image.shape[0]
    text = _text(rng)
    ink = _ink(rng, text, int(rng.integers(12, 30)))
    height, width = ink.shape
    angle = np.deg2rad(rng.uniform(-12, 12))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64) @ turn.T
    room = size - 4 - np.ptp(corners, axis=0)
    if room.min() <= 0:
        return None
    shift = 2 - corners.min(0) + rng.uniform(0, 1, 2) * room
    quad = corners + shift
    # Between two words there is some space, as in any text.
    border = np.zeros(taken.shape, np.uint8)
    cv2.fillConvexPoly(border, np.round(quad).astype(np.int32), 1)
    if (cv2.dilate(border, np.ones((9, 9), np.uint8)) & taken).any():
        return None
    moved = cv2.warpAffine(ink, np.hstack([turn, shift[:, None]]), (size, size), flags=cv2.INTER_LINEAR)
    _paint(rng, image, moved)
    taken |= border
    return Word(text, quad.astype(np.float32))


def _paint(rng: np.random.Generator, image: np.ndarray, ink: np.ndarray) -> None:
    """Colour what has ink so that it can be read, some words on a plate of another colour."""
    spots = ink > 0.3
    if rng.random() < 0.3:
        plate = cv2.dilate(spots.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        image[plate] = (0.2 * image[plate] + 0.8 * rng.uniform(0, 255, 3)).astype(np.uint8)
    background = image[spots].mean()
    colour = rng.uniform(0, max(background - 100, 10), 3) if background > 127 else (
        rng.uniform(min(background + 100, 245), 255, 3))
    mixed = image * (1 - ink[..., None]) + colour * ink[..., None]
    image[:] = np.clip(mixed + rng.normal(0, rng.uniform(0, 6), image.shape), 0, 255).astype(np.uint8)


def scenes(part: str, count: int, size: int) -> Iterator[Scene]:
    """Yield `count` scenes of a split, always the same ones.

    Args:
        part: `train` or `test`; whole photographs are held out.
        count: how many.
        size: pixels of a side.
    """
    rng = np.random.default_rng(['train', 'test'].index(part))
    for _ in range(count):
        image = np.ascontiguousarray(crop(rng, part, size))
        taken = np.zeros(image.shape[:2], np.uint8)
        placed = [_place(rng, image, taken) for _ in range(int(rng.integers(2, 7)))]
        yield Scene(image, [word for word in placed if word is not None])


def cut(image: np.ndarray, quad: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what a detector of some quality would cut out around a word, [h, w, 3], turned to lie flat."""
    height = np.linalg.norm(quad[3] - quad[0])
    width = np.linalg.norm(quad[1] - quad[0])
    margin = height * rng.uniform(0.02, 0.2, 4)
    left, top, right, bottom = -margin[0], -margin[1], width + margin[2], height + margin[3]
    along, down = (quad[1] - quad[0]) / width, (quad[3] - quad[0]) / height
    source = np.float32([quad[0] + x * along + y * down for x, y in ((left, top), (right, top), (left, bottom))])
    size = max(4, round(right - left)), max(4, round(bottom - top))
    target = np.float32([[0, 0], [size[0], 0], [0, size[1]]])
    return cv2.warpAffine(image, cv2.getAffineTransform(source, target), size, borderMode=cv2.BORDER_REPLICATE)
