"""Writes the held-out photographs of the restorer: parts of 128x128 pixels, and the same with half the pixels.

    python zoo/mmedit/make_photos.py [--out build/zoo/photos_x2]
"""
import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from zoo.photos import PHOTOS, photos  # noqa: E402

SIZE, SCALE = 128, 2


def halve(image: np.ndarray) -> np.ndarray:
    """Return an image with half the pixels of each side, each the mean of four: what is to be undone."""
    return cv2.resize(image, None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA)


def held_out() -> Iterator[tuple[str, np.ndarray]]:
    """Yield name and pixels, BGR, of 8 parts of each held-out photograph that have something to see."""
    for name, photo in zip(PHOTOS['test'], photos('test'), strict=True):
        height, width = photo.shape[:2]
        parts = [photo[top:top + SIZE, left:left + SIZE] for top in range(0, height - SIZE + 1, SIZE)
                 for left in range(0, width - SIZE + 1, SIZE)]
        for i, part in enumerate(sorted(parts, key=lambda part: -part.std())[:8]):
            yield f'{Path(name).stem}_{i}', part


def make(folder: Path) -> None:
    """Write lq and gt."""
    for name in ('lq', 'gt'):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, part in held_out():
        cv2.imwrite(str(folder / f'gt/{name}.png'), part)
        cv2.imwrite(str(folder / f'lq/{name}.png'), halve(part))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('build/zoo/photos_x2'))
    make(parser.parse_args().out)
