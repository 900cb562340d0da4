"""Generated from mmdeploy/task/rotated_detector/golden by api/gen.py. The golden model through the Python API."""
# ruff: noqa: E501
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import RotatedDetector

MODEL = Path(__file__).resolve().parents[3] / 'mmdeploy/task/rotated_detector/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5,
     ([[4.0, 2.66667, 3.33333, 1.33333, 0.5, 0.9], [1.0, 1.33333, 0.66667, 2.0, -1.25, 0.7], [3.33333, 5.0, 2.66667, 0.66667, 3.0, 0.25]], [2, 0, 0])),
    (31, 17, 3, 86,
     ([[8.5, 10.33333, 7.08333, 5.16667, 0.5, 0.9], [2.125, 5.16667, 1.41667, 7.75, -1.25, 0.7], [7.08333, 19.375, 5.66667, 2.58333, 3.0, 0.25]], [2, 0, 0])),
    (3, 40, 1, 3,
     ([[20.0, 1.0, 16.66667, 0.5, 0.5, 0.9], [5.0, 0.5, 3.33333, 0.75, -1.25, 0.7], [16.66667, 1.875, 13.33333, 0.25, 3.0, 0.25]], [2, 0, 0])),
]


def check(found: object, expected: object, where: str) -> None:
    """Compare lists, tuples, arrays and numbers; large arrays by shape and some elements or the number of those set."""
    if isinstance(expected, dict) and 'samples' in expected:
        assert list(found.shape) == expected['shape'], where
        for position, value in expected['samples'].items():
            assert found.flat[position] == pytest.approx(value, abs=0.0001), where
    elif isinstance(expected, dict):
        assert found.dtype == np.uint8 and list(found.shape) == expected['shape'], where
        assert int((found == 255).sum()) == expected['set'] == np.count_nonzero(found), where
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for i, (a, b) in enumerate(zip(found, expected, strict=True)):
            check(a, b, f'{where}[{i}]')
    else:
        assert found == pytest.approx(expected, abs=0.0001), where


def test_every_image() -> None:
    task = RotatedDetector(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = task.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        check(found, expected, f'image {i}')
