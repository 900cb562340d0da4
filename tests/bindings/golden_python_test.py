"""Generated from api/golden.yaml by api/gen.py. The golden model through the Python API."""
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import Classifier

MODEL = Path(__file__).resolve().parents[2] / 'api/golden/model'
# height, width, channels, step of the pixel values, results
IMAGES = [
    (8, 8, 3, 5, [(0, 0.455357), (2, 0.076786), (1, 0.067857)]),
    (5, 9, 3, 86, [(0, 2.454857), (1, 0.086857), (3, -0.093429)]),
    (16, 12, 3, 171, [(0, 1.203056), (1, 0.083889), (3, -0.169028)]),
    (7, 4, 1, 3, [(2, 0.338452), (1, 0.204524), (0, 0.057024)]),
]


def test_every_image() -> None:
    classifier = Classifier(str(MODEL), 'cpu', 0)
    images = [(np.arange(h * w * c) * step % 256).astype(np.uint8).reshape(h, w, c) for h, w, c, step, _ in IMAGES]
    results = classifier.batch(images)
    assert len(results) == len(IMAGES)
    for i, (found, (*_, expected)) in enumerate(zip(results, IMAGES, strict=True)):
        assert [label for label, _ in found] == [label for label, _ in expected], f'image {i}'
        scores = [score for _, score in expected]
        assert [score for _, score in found] == pytest.approx(scores, abs=1e-05), f'image {i}'
