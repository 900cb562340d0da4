"""Generated from mmdeploy/task/classifier/golden by api/gen.py. The golden model through the Python API."""
# ruff: noqa: E501
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import Classifier

MODEL = Path(__file__).resolve().parents[3] / 'mmdeploy/task/classifier/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5,
     [(0, 0.455357), (2, 0.076786), (1, 0.067857)]),
    (5, 9, 3, 86,
     [(0, 2.454857), (1, 0.086857), (3, -0.093429)]),
    (16, 12, 3, 171,
     [(0, 1.203056), (1, 0.083889), (3, -0.169028)]),
    (7, 4, 1, 3,
     [(2, 0.338452), (1, 0.204524), (0, 0.057024)]),
]


def check(found: object, expected: object, where: str) -> None:
    """Compare lists, tuples, arrays and numbers; large arrays by shape and some elements or the number of those set."""
    if isinstance(expected, dict) and 'samples' in expected:
        assert list(found.shape) == expected['shape'], where
        for position, value in expected['samples'].items():
            assert found.flat[position] == pytest.approx(value, abs=1e-05), where
    elif isinstance(expected, dict):
        assert found.dtype == np.uint8 and list(found.shape) == expected['shape'], where
        assert int((found == 255).sum()) == expected['set'] == np.count_nonzero(found), where
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for i, (a, b) in enumerate(zip(found, expected, strict=True)):
            check(a, b, f'{where}[{i}]')
    else:
        assert found == pytest.approx(expected, abs=1e-05), where


def test_every_image() -> None:
    task = Classifier(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = task.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        check(found, expected, f'image {i}')
