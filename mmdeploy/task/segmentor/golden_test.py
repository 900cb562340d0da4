"""The results in golden.yaml are what numpy makes of the golden model's own files (sdk interface 16.4)."""
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
NET = {op['output']: np.reshape(op['values'], op['shape'])[0].astype(np.float32)
       for op in json.loads((FOLDER / 'model/net.json').read_text())['ops']}


def results(image: dict) -> list[dict]:
    labels = cv2.resize(NET['output'][0], (image['width'], image['height']), interpolation=cv2.INTER_NEAREST)
    samples = {i: int(labels.flat[i]) for i in range(0, labels.size, max(1, labels.size // 7))}
    return [dict(height=image['height'], width=image['width'], classes=5,
                 mask=dict(shape=list(labels.shape), samples=samples))]


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    assert image['results'] == results(image)
