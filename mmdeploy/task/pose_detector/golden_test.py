"""The results in golden.yaml are what numpy makes of the golden model's own files (sdk interface 14.9 and 16.11)."""
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
OPS = json.loads((FOLDER / 'model/net.json').read_text())['ops']
MAPS = np.reshape(OPS[0]['values'], OPS[0]['shape'])[0]
PADDING = 1.25


def decode(heatmap: np.ndarray) -> tuple[np.ndarray, float]:
    """Place of the maximum, moved a quarter towards the larger neighbour, and its score."""
    height, width = heatmap.shape
    y, x = np.unravel_index(heatmap.argmax(), heatmap.shape)
    score = heatmap[y, x]
    if score <= 0:
        return np.array([-1.0, -1.0]), score
    place = np.array([x, y], float)
    if 1 < x < width - 1 and 1 < y < height - 1:
        place += 0.25 * np.sign([heatmap[y, x + 1] - heatmap[y, x - 1], heatmap[y + 1, x] - heatmap[y - 1, x]])
    return place, score


def results(image: dict) -> list[dict]:
    """The whole image is the box; its shorter side grows to the square of the input."""
    height, width = image['height'], image['width']
    size = max(height, width) * PADDING
    decoded = [decode(heatmap) for heatmap in MAPS]
    centre = np.array([width, height]) / 2
    points = [(place * size / MAPS.shape[1] + centre - size / 2).round(4).tolist() for place, _ in decoded]
    return [dict(points=points, scores=[round(float(score), 5) for _, score in decoded])]


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    for found, expected in zip(image['results'], results(image), strict=True):
        np.testing.assert_allclose(found['points'], expected['points'], atol=1e-3)
        np.testing.assert_allclose(found['scores'], expected['scores'], atol=1e-4)
