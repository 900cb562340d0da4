"""The results in golden.yaml are what mmocr makes of the golden model's own files (sdk interface 14.8 and 16.7)."""
import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml
from mmocr.models.textrecog.convertors import CTCConvertor

FOLDER = Path(__file__).parent / 'golden'
GOLDEN = yaml.safe_load((FOLDER / 'golden.yaml').read_text())
LINEAR = json.loads((FOLDER / 'model/net.json').read_text())['ops'][1]
SYMBOLS = (FOLDER / 'model/dict_file.txt').read_text().split()
CHANNELS = {'BGR': 3, 'GRAYSCALE': 1}
HEIGHT, MIN_WIDTH, MAX_WIDTH, MULTIPLE = 8, 8, 32, 4


def preprocess(pixels: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the padded image as RGB of 0..1, and the share of its width that is text."""
    height, width, _ = pixels.shape
    width = math.ceil(HEIGHT / height * width)
    width = max(MIN_WIDTH, round(width / MULTIPLE) * MULTIPLE if width % MULTIPLE else width)
    ratio = min(1.0, width / MAX_WIDTH)
    resized = cv2.resize(pixels, (min(width, MAX_WIDTH), HEIGHT)).reshape(HEIGHT, min(width, MAX_WIDTH), -1)
    padded = np.zeros((HEIGHT, MAX_WIDTH, 3))
    padded[:, :resized.shape[1]] = resized[..., ::-1]
    return padded / 255, ratio


def results(image: dict) -> list[dict]:
    height, width, channels = image['height'], image['width'], CHANNELS[image['format']]
    pixels = (np.arange(height * width * channels) * image['step'] % 256).astype(np.uint8)
    padded, ratio = preprocess(pixels.reshape(height, width, channels))
    scores = np.array(LINEAR['weights']) @ padded.mean((0, 1)) + LINEAR['bias']
    convertor = CTCConvertor(dict_list=SYMBOLS, with_unknown=False)
    output = torch.from_numpy(scores.reshape(1, -1, convertor.num_classes()))
    indexes, probabilities = convertor.tensor2idx(output, [dict(valid_ratio=ratio)])
    return [dict(text=convertor.idx2str(indexes)[0], scores=[round(p, 5) for p in probabilities[0]])]


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    for found, expected in zip(image['results'], results(image), strict=True):
        assert found['text'] == expected['text']
        assert found['scores'] == pytest.approx(expected['scores'], abs=1e-4)
