"""The results in golden.yaml are what numpy makes of the golden model's own files (sdk interface 16.6)."""
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
NET = {op['output']: np.reshape(op['values'], op['shape'])[0].astype(np.float32)
       for op in json.loads((FOLDER / 'model/net.json').read_text())['ops']}
SIZE = 24


def results(image: dict) -> list[dict]:
    scale = np.array([SIZE / image['width'], SIZE / image['height']] * 2 + [1], np.float32)
    return [dict(label_id=int(label), score=round(float(det[5]), 6),
                 rbbox=[round(float(v), 5) for v in det[:5] / scale])
            for det, label in zip(NET['dets'], NET['labels'], strict=True) if det[5] > np.float32(0.2)]


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    for found, expected in zip(image['results'], results(image), strict=True):
        assert found['label_id'] == expected['label_id']
        assert [found['score'], *found['rbbox']] == pytest.approx([expected['score'], *expected['rbbox']], abs=1e-4)
