"""Tasks that take boxes, through Python."""
import asyncio
import re
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import Detector, PoseDetector, TextDetector, TextRecognizer

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
    assert [result.shape for result in detector.batch([IMAGE, IMAGE], None)] == [(1, 4, 3)] * 2
    with pytest.raises(TypeError, match='not iterable'):
        detector.batch([IMAGE], 5)
    for shape in [(3, ), (4, 6), (0, 3), (2, 4, 2), (7, )]:
        found = f"bboxes have shape {shape}, expected rows of 4 numbers, or 5 with a score"
        with pytest.raises(ValueError, match=re.escape(found)):
            detector(IMAGE, np.zeros(shape))
    with pytest.raises(RuntimeError, match='box 1 of image 0: .*between -1e9 and 1e9'):
        detector(IMAGE, [[0, 0, 5, 5], [0, 0, 1e30, 1e30]])
    with pytest.raises(RuntimeError, match='failed to apply pose detector, code: 1: box 0 of image 0'):
        detector(IMAGE, [5, 0, 1, 1])


def test_rows_of_a_detector(detector):
    boxes = np.array([[0, 0, 19, 19], [10, 5, 49, 34]], np.float32)
    scored = np.column_stack([boxes, [.9, np.nan]])
    expected = detector(IMAGE, boxes)
    np.testing.assert_array_equal(detector(IMAGE, scored), expected)
    np.testing.assert_array_equal(detector(IMAGE, scored[1]), expected[1:])
    np.testing.assert_array_equal(detector.batch([IMAGE, IMAGE], [scored, boxes[:1]])[0], expected)
    assert detector(IMAGE, np.zeros((0, 5))).shape == (0, 0, 3)
    found = Detector(MODEL.replace('pose_detector', 'detector'), 'cpu')(IMAGE)[0]
    np.testing.assert_array_equal(detector(IMAGE, found), detector(IMAGE, found[:, :4]))


def test_boxes_of_an_asynchronous_call(detector):
    boxes = [[0, 0, 19, 19], [10, 5, 49, 34]]

    async def call(bboxes: list | None) -> np.ndarray:
        return await detector.apply_async(IMAGE, bboxes=bboxes)

    for some in (boxes, boxes[:1], None, []):
        np.testing.assert_array_equal(asyncio.run(call(some)), detector(IMAGE, some))
    with pytest.raises(RuntimeError, match='box 0 of image 0'):
        asyncio.run(call([[5, 0, 1, 1]]))
    with pytest.raises(ValueError, match='bboxes have shape'):
        asyncio.run(call([[5, 0, 1]]))


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
    assert recognizer(page, quads[:, :8]) == both and recognizer(page, quads[1, :8]) == both[1:]
    assert asyncio.run(_soon(recognizer, page, quads[:, :8])) == both
    with pytest.raises(ValueError, match=r'bboxes have shape \(9, 7\), expected rows of 8 numbers, or 9 with a score'):
        recognizer(page, np.zeros((9, 7), np.float32))
    assert recognizer(page, quads.flatten().tolist()) == recognizer(page, quads.tolist()) == both
    assert recognizer(page, quads[1]) == both[1:]
    assert recognizer(page, []) == []
    assert recognizer.batch([page, page]) == [(text, scores)] * 2
    assert recognizer.batch([page, page], [quads, []]) == [both, []]
    with pytest.raises(ValueError, match=r'bboxes have shape \(16,\), expected rows of 8 numbers'):
        recognizer(page, [1.0] * 16)  # two quads, or a quad and a part of another one
    with pytest.raises(RuntimeError, match='failed to apply text recognizer, code: 1: quad 0 of image 0: the quad has'):
        recognizer(page, [np.inf] * 9)


async def _soon(recognizer: TextRecognizer, page: np.ndarray, quads: np.ndarray | None = None) -> object:
    return await recognizer.apply_async(page, bboxes=quads)
