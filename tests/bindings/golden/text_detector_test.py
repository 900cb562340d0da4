"""Generated from mmdeploy/task/text_detector/golden by api/gen.py. The golden model through the Python API."""
# ruff: noqa: E501
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import TextDetector

MODEL = Path(__file__).resolve().parents[3] / 'mmdeploy/task/text_detector/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5,
     [[-2.0, 9.875, -2.0, -2.0, 9.875, -2.0, 9.875, 9.875, 0.51097]]),
    (12, 20, 3, 21,
     [[-1.25, 12.5625, -1.25, 2.0625, 4.375, 2.0625, 4.375, 12.5625, 0.60256], [16.25, 7.875, 16.25, -0.5625, 20.625, -0.5625, 20.625, 7.875, 0.51326], [-1.3323, -1.0957, 17.0228, -3.1289, 21.947, 12.8747, 3.5919, 14.9079, 0.5447]]),
    (16, 32, 1, 9,
     [[9.5, 17.25, 9.5, 8.75, 34.5, 8.75, 34.5, 17.25, 0.54926], [-11.6844, 10.9054, 33.5756, -1.5046, 44.0748, 8.0682, -1.1852, 20.4782, 0.61473], [-10.7308, 2.9231, 25.0769, -7.3077, 35.3846, 1.7115, -0.4231, 11.9423, 0.64262]]),
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
    task = TextDetector(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = task.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        check(found, expected, f'image {i}')
