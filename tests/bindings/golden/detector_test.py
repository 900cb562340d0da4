"""Generated from mmdeploy/task/detector/golden by api/gen.py. The golden model through the Python API."""
# ruff: noqa: E501
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import Detector

MODEL = Path(__file__).resolve().parents[3] / 'mmdeploy/task/detector/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5,
     ([[1.0, 1.5, 5.0, 6.0, 0.9], [2.0, 0.66667, 3.66667, 3.0, 0.6], [0.0, 0.0, 7.0, 7.0, 0.55]], [1, 0, 2], [{'shape': [7, 6], 'set': 9}, {'shape': [4, 4], 'set': 0}, {'shape': [8, 8], 'set': 23}])),
    (31, 17, 3, 86,
     ([[2.125, 5.8125, 10.625, 23.25, 0.9], [4.25, 2.58333, 7.79167, 11.625, 0.6], [0.0, 0.0, 16.0, 30.0, 0.55]], [1, 0, 2], [{'shape': [21, 11], 'set': 77}, {'shape': [12, 6], 'set': 15}, {'shape': [31, 17], 'set': 195}])),
    (3, 40, 1, 3,
     ([[5.0, 0.5625, 25.0, 2.0, 0.9], [0.0, 0.0, 39.0, 2.0, 0.55]], [1, 2], [{'shape': [3, 22], 'set': 8}, {'shape': [3, 40], 'set': 34}])),
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
    task = Detector(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = task.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        check(found, expected, f'image {i}')
