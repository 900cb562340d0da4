"""Writes the held-out images and COCO annotations of the detectors, 200 of 128x128 pixels.

    python zoo/mmdet/make_digits_on_photos.py [--out build/zoo/detect_digits]
"""
import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco_mask

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from zoo.photos import Scene, scenes  # noqa: E402

SIZE, COUNT = 128, 200
CLASSES = tuple('0123456789')


def _objects(scene: Scene) -> Iterator[dict]:
    for label, mask, (x1, y1, x2, y2) in zip(scene.labels, scene.masks, scene.boxes, strict=True):
        rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
        yield dict(category_id=label + 1, bbox=[x1, y1, x2 - x1, y2 - y1], area=int(mask.sum()), iscrowd=0,
                   segmentation=dict(size=rle['size'], counts=rle['counts'].decode()))


def annotations(found: Sequence[Scene]) -> dict:
    """Return COCO's structure; the category of a digit is 1 + digit."""
    images = [dict(id=i, file_name=f'{i:03}.png', width=SIZE, height=SIZE) for i in range(len(found))]
    objects = [dict(found, image_id=i) for i, scene in enumerate(found) for found in _objects(scene)]
    return dict(images=images, annotations=[dict(found, id=i + 1) for i, found in enumerate(objects)],
                categories=[dict(id=i + 1, name=name) for i, name in enumerate(CLASSES)])


def make(folder: Path) -> None:
    """Write images/ and test.json."""
    (folder / 'images').mkdir(parents=True, exist_ok=True)
    found = list(scenes('test', COUNT, SIZE))
    for i, scene in enumerate(found):
        cv2.imwrite(str(folder / f'images/{i:03}.png'), scene.image)
    (folder / 'test.json').write_text(json.dumps(annotations(found)))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('build/zoo/detect_digits'))
    make(parser.parse_args().out)
