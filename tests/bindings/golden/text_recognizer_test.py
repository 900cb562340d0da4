"""Generated from mmdeploy/task/text_recognizer/golden by api/gen.py. The golden model through the Python API."""
# ruff: noqa: E501
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import TextRecognizer

MODEL = Path(__file__).resolve().parents[3] / 'mmdeploy/task/text_recognizer/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5,
     ('字', [0.53824])),
    (31, 17, 3, 86,
     ('字', [0.50853])),
    (3, 40, 1, 3,
     ('字ééa', [0.73868, 0.65127, 0.65565, 0.98138])),
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
    task = TextRecognizer(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = task.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        check(found, expected, f'image {i}')
