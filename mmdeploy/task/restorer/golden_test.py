"""The results in golden.yaml are what numpy makes of the golden model's own files (sdk interface 16.5)."""
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
NET = {op['output']: np.reshape(op['values'], op['shape'])[0].astype(np.float32)
       for op in json.loads((FOLDER / 'model/net.json').read_text())['ops']}


def results(image: dict) -> list[dict]:
    pixels = np.rint(np.clip(NET['output'].transpose(1, 2, 0) * np.float32(255), 0, 255)).astype(int)
    return [dict(image=dict(shape=list(pixels.shape), samples={i: int(pixels.flat[i]) for i in range(pixels.size)}))]


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    assert image['results'] == results(image)
