"""Heads of text detectors give what mmocr's post-processing gives, for usual maps and for maps that hurt."""
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmocr.models.textdet.postprocess import DBPostprocessor, PANPostprocessor, PSEPostprocessor

from mmdeploy.codebase.mmocr.deploy.unclip import mend_unclip
from tests.ocr import maps
from tests.ocr.models import detect

mend_unclip()

HEADS = {'DBHead': (DBPostprocessor, 1), 'PANHead': (PANPostprocessor, 0.25), 'PSEHead': (PSEPostprocessor, 0.25)}


def expected(component: str, params: dict, output: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """What mmocr makes of one image's maps [C,H,W]; `scale` is that of the input, (x, y)."""
    processor, ratio = HEADS[component]
    found = processor(text_repr_type='quad', **params)(torch.from_numpy(output.copy()))
    rows = np.array(found, np.float64).reshape(-1, 9)
    rows[:, :8] = rows[:, :8] / ratio / np.tile(scale, 4)
    return rows


def check(tmp_path: Path, component: str, params: dict, output: np.ndarray,
          image_size: tuple[int, int] | None = None) -> int:
    ratio = HEADS[component][1]
    height, width = (int(side / ratio) for side in output.shape[-2:])
    own_height, own_width = image_size or (height, width)
    found = detect(tmp_path / 'model', component, params, output[None], image_size, (height, width))
    wanted = expected(component, params, output, np.array([width / own_width, height / own_height]))
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found[:, 8], wanted[:, 8], atol=2e-6)
    for a, b in zip(found[:, :8].reshape(-1, 4, 2), wanted[:, :8].reshape(-1, 4, 2), strict=True):
        # OpenCV 4.6 and 4.11 may begin at another corner, and round the last bits of large numbers otherwise.
        error = min(np.abs(np.roll(a, shift, 0) - b).max() for shift in range(4))
        assert error < 0.02 / ratio, (a, b)
    return len(wanted)


def logits(probabilities: np.ndarray) -> np.ndarray:
    """Numbers whose sigmoid is near to these; not exactly, and never infinite."""
    return np.log(np.clip(probabilities, 1e-6, 1 - 1e-6) / (1 - np.clip(probabilities, 1e-6, 1 - 1e-6)))


def pan_maps(probabilities: np.ndarray, seed: int = 0) -> np.ndarray:
    """Maps [6,H,W] of PANet: kernels where it is surer, embeddings that differ from side to side."""
    rng = np.random.default_rng(seed)
    height, width = probabilities.shape
    embedding = np.stack([np.linspace(0, 2, width)[None] * np.ones((height, 1)), np.linspace(0, 1, height)[:, None] *
                          np.ones((1, width)), *rng.normal(0, 0.2, (2, height, width))])
    kernel = logits(probabilities) - 1
    return np.concatenate([[logits(probabilities)], [kernel], embedding]).astype(np.float32)


def pse_maps(probabilities: np.ndarray, count: int = 7) -> np.ndarray:
    return np.stack([logits(probabilities) - 0.5 * i for i in range(count)]).astype(np.float32)


MAKERS = {'DBHead': lambda p: np.stack([p, 1 - p, p * p]).astype(np.float32), 'PANHead': pan_maps, 'PSEHead': pse_maps}
PARAMS = {'DBHead': {}, 'PANHead': dict(min_text_avg_confidence=0.6), 'PSEHead': dict(min_text_avg_confidence=0.6)}


@pytest.mark.parametrize('component', HEADS)
def test_words(component: str, tmp_path: Path) -> None:
    total = 0
    for seed, (height, width, count) in enumerate([(96, 160, 12), (97, 131, 30), (33, 200, 5)]):
        probabilities = maps.words(height, width, count, seed)
        total += check(tmp_path, component, PARAMS[component], MAKERS[component](probabilities))
    page = maps.page(120, 300, ['Deploy it', 'where text is', '12:30 h'])
    total += check(tmp_path, component, PARAMS[component], MAKERS[component](page), image_size=(300, 500))
    assert total >= 20


@pytest.mark.parametrize('component', HEADS)
def test_maps_that_hurt(component: str, tmp_path: Path) -> None:
    found = {}
    for name, probabilities in maps.hurtful():
        found[name] = check(tmp_path, component, PARAMS[component], MAKERS[component](probabilities))
    assert found['no text'] == found['one pixel'] == found['a map of one pixel'] == 0
    assert found['all text'] == 1
    assert sum(found.values()) > 10


def test_outlines_that_fall_apart_when_they_are_moved(tmp_path: Path) -> None:
    """mmocr takes the pieces together where they have equally many corners, and leaves out the others."""
    apart = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        height = int(rng.integers(30, 60))
        comb = np.zeros((height + 6, 40), np.float32)
        comb[3:3 + height, 30] = 1
        for y in rng.integers(5, height, 3):
            comb[y, rng.integers(6, 20):30] = 1
        apart += check(tmp_path, 'DBHead', {}, comb[None])
    assert apart >= 3


def test_more_texts_than_candidates(tmp_path: Path) -> None:
    """3300 outlines; mmocr looks at 3001 of them."""
    probabilities = (np.indices((150, 200)) % 3 < 2).all(0).astype(np.float32)
    params = dict(min_text_width=0)
    assert check(tmp_path, 'DBHead', params, probabilities[None]) > 2500


def test_a_map_of_nan_is_an_error(tmp_path: Path) -> None:
    for component, make in MAKERS.items():
        output = make(maps.words(40, 60, 3, 0))
        output[0, 3, 5] = np.nan
        with pytest.raises(RuntimeError, match=f'holds NaN, first at element {3 * 60 + 5}'):
            detect(tmp_path / component, component, {}, output[None])


def test_polygons_become_rectangles(tmp_path: Path) -> None:
    """With `poly` mmocr leaves out no narrow text."""
    probabilities = maps.words(120, 200, 40, seed=4, blur=0.8)
    polygons = DBPostprocessor(text_repr_type='poly')(torch.from_numpy(probabilities[None]))
    params = dict(postprocessor=dict(text_repr_type='poly'))
    found = detect(tmp_path, 'DBHead', params, probabilities[None, None])
    assert len(found) == len(polygons) > len(detect(tmp_path, 'DBHead', {}, probabilities[None, None]))
    for row, polygon in zip(found, polygons, strict=True):
        box = cv2.boxPoints(cv2.minAreaRect(np.array(polygon[:-1]).reshape(-1, 2).astype(np.int32)))
        assert min(np.abs(np.roll(row[:8].reshape(4, 2), shift, 0) - box).max() for shift in range(4)) < 0.02
    with pytest.raises(RuntimeError, match="text_repr_type: unknown value 'polygon', allowed: "):
        detect(tmp_path, 'DBHead', dict(text_repr_type='polygon'), probabilities[None, None])
