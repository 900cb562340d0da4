"""The results in golden.yaml are what numpy makes of the golden model's own files (sdk interface 16.2 and 16.3)."""
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
NET = {op['output']: np.reshape(op['values'], op['shape'])[0].astype(np.float32)
       for op in json.loads((FOLDER / 'model/boxes.json').read_text())['ops']}
PARAMS = json.loads((FOLDER / 'model/pipeline.json').read_text())['pipeline']['tasks'][2]['params']
SIZE = 24


def paste(mask: np.ndarray, box: np.ndarray, height: int, width: int) -> np.ndarray:
    """The pixels of an object around its box."""
    left, top, right, bottom = box
    x0, y0 = max(int(np.floor(left)) - 1, 0), max(int(np.floor(top)) - 1, 0)
    x1, y1 = min(int(np.ceil(right)) + 1, width), min(int(np.ceil(bottom)) + 1, height)
    fx, fy = mask.shape[1] / (right - left), mask.shape[0] / (bottom - top)
    u = (np.arange(x0, x1) + 0.5 - left) * fx - 0.5
    v = (np.arange(y0, y1) + 0.5 - top) * fy - 0.5
    padded = np.pad(mask, 1)

    def weights(at: np.ndarray, size: int) -> np.ndarray:
        """How much each of `size` padded scores counts at each place: [places, size]."""
        return np.maximum(0, 1 - np.abs(at[:, None] + 1 - np.arange(size)))

    pixels = weights(v, padded.shape[0]) @ padded @ weights(u, padded.shape[1]).T
    return pixels > PARAMS['mask_thr_binary']


def results(image: dict) -> list[dict]:
    height, width = image['height'], image['width']
    scale = np.array([SIZE / width, SIZE / height] * 2, np.float32)
    found = []
    for (*corners, score), label, mask in zip(NET['dets'], NET['labels'], NET['masks'], strict=True):
        box = np.array(corners, np.float32) / scale
        box[:2] = np.maximum(box[:2], 0)
        box[2:] = np.minimum(box[2:], [width - 1, height - 1])
        if score > np.float32(PARAMS['score_thr']) and (box[2:] - box[:2] >= PARAMS['min_bbox_size']).all():
            pixels = paste(mask, box, height, width)
            found.append(dict(label_id=int(label), score=round(float(score), 6),
                              bbox=[round(float(side), 5) for side in box],
                              mask=dict(shape=list(pixels.shape), set=int(pixels.sum()))))
    return found


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    for found, expected in zip(image['results'], results(image), strict=True):
        assert found['label_id'] == expected['label_id'] and found['mask'] == expected['mask']
        assert [found['score'], *found['bbox']] == pytest.approx([expected['score'], *expected['bbox']], abs=1e-4)
