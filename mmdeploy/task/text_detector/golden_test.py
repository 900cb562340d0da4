"""The results in golden.yaml are what mmocr makes of the golden model's own files (sdk interface 16.8)."""
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml
from mmocr.models.textdet.postprocess import DBPostprocessor

GOLDEN = yaml.safe_load((Path(__file__).parent / 'golden/golden.yaml').read_text())
CHANNELS = {'BGR': 3, 'GRAYSCALE': 1}
SIZE = 64


def results(image: dict) -> list[dict]:
    """The network answers its input, whose first channel is red."""
    height, width, channels = image['height'], image['width'], CHANNELS[image['format']]
    pixels = (np.arange(height * width * channels) * image['step'] % 256).astype(np.uint8)
    red = cv2.resize(pixels.reshape(height, width, channels), (SIZE, SIZE)).reshape(SIZE, SIZE, channels)[..., -1]
    found = DBPostprocessor(text_repr_type='quad')(torch.from_numpy(red[None].astype(np.float32) / 255))
    scale = np.array([width / SIZE, height / SIZE] * 4)
    return [dict(bbox=(np.array(quad[:8]) * scale).round(4).tolist(), score=round(quad[8], 5)) for quad in found]


@pytest.mark.parametrize('image', GOLDEN['images'])
def test_results(image: dict) -> None:
    expected = results(image)
    assert expected
    for found, wanted in zip(image['results'], expected, strict=True):
        np.testing.assert_allclose(found['bbox'], wanted['bbox'], atol=1e-4)
        assert found['score'] == pytest.approx(wanted['score'], abs=1e-4)
