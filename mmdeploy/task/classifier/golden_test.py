"""The results in golden.yaml are what numpy makes of the golden model's own files."""
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
MODEL = FOLDER / 'model'


def scores(image: dict) -> np.ndarray:
    """Normalised channel means through the linear layer."""
    layer = json.loads((MODEL / 'colour.json').read_text())['ops'][1]
    steps = json.loads((MODEL / 'pipeline.json').read_text())['pipeline']['tasks'][0]['transforms']
    shape = (image['height'], image['width'], 3 if image['format'] == 'BGR' else 1)
    pixels = (np.arange(np.prod(shape)) * image['step'] % 256).reshape(shape)
    rgb = np.broadcast_to(pixels[..., ::-1], (*shape[:2], 3))
    mean = ((rgb - steps[1]['mean']) / steps[1]['std']).mean((0, 1))
    return np.array(layer['weights']) @ mean + layer['bias']


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    expected = scores(image)
    order = np.argsort(-expected)[:3]
    assert [result['label_id'] for result in image['results']] == order.tolist()
    assert [result['score'] for result in image['results']] == pytest.approx(expected[order], abs=1e-5)
