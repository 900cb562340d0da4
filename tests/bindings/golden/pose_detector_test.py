"""Generated from mmdeploy/task/pose_detector/golden by api/gen.py. The golden model through the Python API."""
# ruff: noqa: E501
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import PoseDetector

MODEL = Path(__file__).resolve().parents[3] / 'mmdeploy/task/pose_detector/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5,
     [[(3.0625, 1.1875, 0.8814), (0.25, 4.0, 0.8814), (6.8125, 4.9375, 0.8814), (-2.25, -2.25, 0.0)]]),
    (31, 17, 3, 86,
     [[(4.8672, 4.6016, 0.8814), (-6.0312, 15.5, 0.8814), (19.3984, 19.1328, 0.8814), (-15.7188, -8.7188, 0.0)]]),
    (3, 40, 1, 3,
     [[(15.3125, -12.5625, 0.8814), (1.25, 1.5, 0.8814), (34.0625, 6.1875, 0.8814), (-11.25, -29.75, 0.0)]]),
]


def check(found: object, expected: object, where: str) -> None:
    """Compare lists, tuples, arrays and numbers; large arrays by shape and some elements or the number of those set."""
    if isinstance(expected, dict) and 'samples' in expected:
        assert list(found.shape) == expected['shape'], where
        for position, value in expected['samples'].items():
            assert found.flat[position] == pytest.approx(value, abs=0.001), where
    elif isinstance(expected, dict):
        assert found.dtype == np.uint8 and list(found.shape) == expected['shape'], where
        assert int((found == 255).sum()) == expected['set'] == np.count_nonzero(found), where
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for i, (a, b) in enumerate(zip(found, expected, strict=True)):
            check(a, b, f'{where}[{i}]')
    else:
        assert found == pytest.approx(expected, abs=0.001), where


def test_every_image() -> None:
    task = PoseDetector(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = task.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        check(found, expected, f'image {i}')
