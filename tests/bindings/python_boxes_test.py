"""Tasks that take boxes, through Python."""
import asyncio
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import PoseDetector, TextDetector, TextRecognizer

MODEL = str(Path(__file__).resolve().parents[2] / 'mmdeploy/task/pose_detector/golden/model')
IMAGE = np.zeros((40, 60, 3), np.uint8)


@pytest.fixture(scope='module')
def detector() -> PoseDetector:
    return PoseDetector(MODEL, 'cpu')


def test_forms_of_a_call(detector):
    whole = detector(IMAGE)
    assert whole.shape == (1, 4, 3) and whole.dtype == np.float32
    np.testing.assert_array_equal(detector(IMAGE, [0, 0, 59, 39]), whole)
    np.testing.assert_array_equal(detector(IMAGE, np.array([0, 0, 59, 39], int)), whole)
    boxes = [[0, 0, 19, 19], [10, 5, 49, 34]]
    two = detector(IMAGE, boxes)
    assert two.shape == (2, 4, 3)
    np.testing.assert_array_equal(detector(IMAGE, np.array(boxes)), two)
    np.testing.assert_array_equal(detector(img=IMAGE, bboxes=boxes[1]), two[1:])
    assert detector(IMAGE, []).shape == (0, 0, 3)


def test_batches(detector):
    boxes = [[[0, 0, 19, 19], [10, 5, 49, 34]], []]
    first, second = detector.batch([IMAGE, IMAGE], boxes)
    assert first.shape == (2, 4, 3) and second.shape == (0, 0, 3)
    assert [result.shape for result in detector.batch(imgs=[IMAGE, IMAGE], bboxes=[])] == [(1, 4, 3)] * 2
    with pytest.raises(ValueError, match='different lengths'):
        detector.batch([IMAGE, IMAGE], [[]])
    with pytest.raises(ValueError, match='bboxes holds None, expected boxes for each image'):
        detector.batch([IMAGE, IMAGE], [None, boxes[0]])
    with pytest.raises(ValueError, match=r'bboxes have shape \(3,\), expected rows of 4 numbers'):
        detector(IMAGE, [1, 2, 3])
    for shape in [(4, 5), (0, 5), (2, 4, 2)]:  # a detector's rows have a score
        with pytest.raises(ValueError, match=rf'bboxes have shape \({str(shape)[1:-1]}\), expected rows of 4 numbers'):
            detector(IMAGE, np.zeros(shape))
    with pytest.raises(RuntimeError, match='failed to apply pose detector, code: 1: box 0 of image 0'):
        detector(IMAGE, [5, 0, 1, 1])


@pytest.fixture(scope='module')
def recognizer() -> TextRecognizer:
    return TextRecognizer(MODEL.replace('pose_detector', 'text_recognizer'), 'cpu')


def test_quads(recognizer):
    page = np.zeros((64, 64, 3), np.uint8)
    page[10:20, 8:50] = page[40:52, 20:30] = 255
    quads = TextDetector(MODEL.replace('pose_detector', 'text_detector'), 'cpu')(page)
    assert quads.shape == (2, 9) and quads.dtype == np.float32
    text, scores = recognizer(page)
    assert isinstance(text, str) and len(scores) == len(text) and isinstance(scores[0], float)
    assert asyncio.run(_soon(recognizer, page)) == (text, scores)
    both = recognizer(page, quads)
    assert len(both) == 2 and both[0] != both[1]
    with pytest.raises(ValueError, match=r'bboxes have shape \(9, 8\), expected rows of 9 numbers'):
        recognizer(page, np.zeros((9, 8), np.float32))
    assert recognizer(page, quads.flatten().tolist()) == recognizer(page, quads.tolist()) == both
    assert recognizer(page, quads[1]) == both[1:]
    assert recognizer(page, []) == []
    assert recognizer.batch([page, page]) == [(text, scores)] * 2
    assert recognizer.batch([page, page], [quads, []]) == [both, []]
    with pytest.raises(ValueError, match=r'bboxes have shape \(8,\), expected rows of 9 numbers'):
        recognizer(page, [1.0] * 8)
    with pytest.raises(RuntimeError, match='failed to apply text recognizer, code: 1: corner 0 of quad 0 of image 0'):
        recognizer(page, [np.inf] * 9)


async def _soon(recognizer: TextRecognizer, page: np.ndarray) -> tuple[str, list[float]]:
    return await recognizer.apply_async(page)
