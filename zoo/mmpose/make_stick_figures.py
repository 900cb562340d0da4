"""Writes images of stick figures on photographs, 160x160 pixels, with the exact places of their key points.

    python zoo/mmpose/make_stick_figures.py [--part test] [--out build/zoo/stick_figures]

Right limbs are warm, left limbs are cold: that tells one side from the other.
"""
import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from zoo.photos import crop  # noqa: E402

SIZE, COUNT = 160, {'train': 1600, 'test': 120}
POINTS = ('head', 'neck', 'right_elbow', 'right_hand', 'left_elbow', 'left_hand', 'hip', 'right_knee', 'right_foot',
          'left_knee', 'left_foot')
# Lines between key points, and which side they are of.
LIMBS = ((0, 1, ''), (1, 6, ''), (1, 2, 'right'), (2, 3, 'right'), (1, 4, 'left'), (4, 5, 'left'), (6, 7, 'right'),
         (7, 8, 'right'), (6, 9, 'left'), (9, 10, 'left'))
# Ranges of colours, BGR.
COLOURS = {
    '': ((0, 0, 0), (60, 60, 60)),
    'right': ((0, 0, 170), (60, 110, 255)),
    'left': ((170, 40, 0), (255, 150, 40)),
}


class Figure(NamedTuple):
    """A figure: its key points [11, 2] (x, y) in pixels, and its box x, y, w, h."""

    points: np.ndarray
    box: tuple[float, float, float, float]


def _limb(begin: np.ndarray, angle: float, length: float) -> np.ndarray:
    """Return the end of a limb; angle 0 points down, positive ones to the right of the image."""
    return begin + length * np.array([np.sin(angle), np.cos(angle)])


def _pose(rng: np.random.Generator) -> np.ndarray:
    """Return key points [11, 2] of a figure about 1 high, facing us, the neck at the origin."""
    lean = rng.normal(0, 0.25)
    neck = np.zeros(2)
    hip = _limb(neck, lean, rng.uniform(0.32, 0.4))
    head = _limb(neck, np.pi + lean + rng.normal(0, 0.25), rng.uniform(0.12, 0.17))
    found = {'head': head, 'neck': neck, 'hip': hip}
    for side, sign in (('right', -1), ('left', 1)):
        arm, leg = sign * rng.uniform(0.1, 2.6), sign * rng.uniform(-0.1, 1.0)
        upper, lower = rng.uniform(0.18, 0.24, 2), rng.uniform(0.2, 0.28, 2)
        found[f'{side}_elbow'] = _limb(neck, arm, upper[0])
        found[f'{side}_hand'] = _limb(found[f'{side}_elbow'], arm + rng.normal(0, 0.7), lower[0])
        found[f'{side}_knee'] = _limb(hip, lean + leg, upper[1])
        found[f'{side}_foot'] = _limb(found[f'{side}_knee'], lean + leg + rng.normal(0, 0.5), lower[1])
    return np.array([found[name] for name in POINTS])


def _draw(rng: np.random.Generator, image: np.ndarray, points: np.ndarray, height: float) -> None:
    """Draw a figure with lines that are nearly straight; cv2 takes places in 1/16 pixel."""
    width = max(1, round(height / 28))
    colours = {side: tuple(int(x) for x in rng.uniform(*bounds)) for side, bounds in COLOURS.items()}
    for begin, end, side in LIMBS:
        middle = (points[begin] + points[end]) / 2 + rng.normal(0, 0.008 * height, 2)
        path = np.round(np.stack([points[begin], middle, points[end]]) * 16).astype(np.int32)
        cv2.polylines(image, [path.reshape(-1, 1, 2)], False, colours[side], width, cv2.LINE_AA, 4)
    radius = round(height * 0.06 * 16)
    cv2.circle(image, tuple(int(x) for x in np.round(points[0] * 16)), radius, colours[''], -1, cv2.LINE_AA, 4)


def figures_on_photos(part: str, count: int) -> Iterator[tuple[np.ndarray, list[Figure]]]:
    """Yield `count` images [H, W, 3] in BGR order with their figures, always the same ones.

    Args:
        part: `train` or `test`; photographs of one are not in the other.
        count: how many.
    """
    rng = np.random.default_rng([2, ['train', 'test'].index(part)])
    for _ in range(count):
        image = np.ascontiguousarray(crop(rng, part, SIZE))
        # Dark photographs would hide black lines.
        image = cv2.addWeighted(image, 0.7, np.full_like(image, 255), 0.3, 0)
        figures = []
        for _ in range(int(rng.integers(1, 4))):
            height = rng.uniform(45, 110)
            points = _pose(rng) * height
            low, high = points.min(0), points.max(0)
            room = SIZE - 1 - (high - low)
            if (room < 0).any():
                continue
            points = points - low + rng.uniform(0, room)
            _draw(rng, image, points, height)
            margin = 0.08 * height
            low, high = points.min(0) - margin, points.max(0) + margin
            figures.append(Figure(points, tuple(float(x) for x in (*low, *(high - low)))))
        noise = rng.normal(0, 4, image.shape)
        yield np.clip(image + noise, 0, 255).astype(np.uint8), figures


def make(folder: Path, part: str = 'test') -> None:
    """Write <part>.json in COCO's format and the images <part>/*.png."""
    (folder / part).mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for i, (image, figures) in enumerate(figures_on_photos(part, COUNT[part])):
        name = f'{part}/{i:04}.png'
        cv2.imwrite(str(folder / name), image)
        images.append(dict(id=i, file_name=name, width=SIZE, height=SIZE))
        for figure in figures:
            keypoints = [float(x) for point in figure.points for x in (*point, 2)]
            annotations.append(dict(id=len(annotations), image_id=i, category_id=1, iscrowd=0, bbox=list(figure.box),
                                    area=figure.box[2] * figure.box[3], keypoints=keypoints, num_keypoints=len(POINTS)))
    categories = [dict(id=1, name='figure', keypoints=list(POINTS), skeleton=[list(limb[:2]) for limb in LIMBS])]
    found = dict(images=images, annotations=annotations, categories=categories)
    (folder / f'{part}.json').write_text(json.dumps(found))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--part', default='test', choices=COUNT)
    parser.add_argument('--out', type=Path, default=Path('build/zoo/stick_figures'))
    args = parser.parse_args()
    make(args.out, args.part)
