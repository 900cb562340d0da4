"""Writes the held-out images and label maps of the segmentor, 200 of 96x96 pixels.

    python zoo/mmseg/make_digits_on_photos.py [--out build/zoo/digits_on_photos]
"""
import argparse
import sys
from pathlib import Path

import cv2

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from zoo.photos import scenes  # noqa: E402

SIZE, COUNT, DIGITS = 96, 200, (0, 1, 7)


def make(folder: Path) -> None:
    """Write images/test and labels/test."""
    for name in ('images', 'labels'):
        (folder / name / 'test').mkdir(parents=True, exist_ok=True)
    for i, scene in enumerate(scenes('test', COUNT, SIZE, DIGITS)):
        cv2.imwrite(str(folder / f'images/test/{i:03}.png'), scene.image)
        cv2.imwrite(str(folder / f'labels/test/{i:03}.png'), scene.label_map(DIGITS))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('build/zoo/digits_on_photos'))
    make(parser.parse_args().out)
