"""Boxes are matched before differences are taken."""
import numpy as np
import pytest
from pycocotools.mask import encode

from mmdeploy.codebase.mmdet.deploy.compare import (
    Detections,
    compare,
    detections_of_outputs,
    detections_of_result,
)

BOXES = np.array([[0, 0, 10, 10, 0.9], [20, 20, 40, 40, 0.9], [50, 0, 60, 30, 0.4], [0, 0, 10, 10, 0.3005]], 'f4')
LABELS = np.array([0, 0, 1, 2])


def _masks(*sizes: int) -> list[np.ndarray]:
    return [np.pad(np.ones((n, 1), bool), ((0, 10 - n), (0, 3))) for n in sizes]


def test_ties_swap():
    order = [1, 0, 2, 3]
    agreement = compare(Detections(BOXES, LABELS), Detections(BOXES[order], LABELS[order]))
    assert agreement == (4, 4, 4, 0, 0, 0, 1, 0) and agreement.unmatched == 0


def test_differences_of_matches():
    moved = BOXES + np.array([0.25, 0, 0, 0, 0.001], 'f4')
    agreement = compare(Detections(BOXES, LABELS, _masks(9, 10, 0, 4)),
                        Detections(moved, LABELS, _masks(10, 10, 0, 4)))
    assert agreement.matched == 4
    assert agreement[4:] == pytest.approx((0.001, 0.25, 0.9, 4), abs=1e-6)
    assert ('min overlap of 4 masks', '0.9000') in agreement.rows()


def test_masks_of_one_side_only_are_no_agreement():
    agreement = compare(Detections(BOXES, LABELS, _masks(9, 10, 0, 4)), Detections(BOXES, LABELS))
    assert agreement.mask == 0 and ('min overlap of 0 masks', '0.0000') in agreement.rows()
    equal = compare(*[Detections(BOXES, LABELS, _masks(9, 10, 0, 4))] * 2)
    assert ('min overlap of 4 masks', '1.0000') in equal.rows()


def test_a_box_at_the_threshold_comes_and_goes():
    found = Detections(BOXES[:3], LABELS[:3])
    assert compare(Detections(BOXES, LABELS), found, score_threshold=0.3).at_limit == 1
    assert compare(Detections(BOXES, LABELS), found, score_threshold=0.1).unmatched == 1
    # The last place of a full list.
    other = np.concatenate([BOXES[:3], [[70, 70, 80, 80, 0.3001]]]).astype('f4')
    agreement = compare(Detections(BOXES, LABELS), Detections(other, LABELS), max_per_img=4)
    assert (agreement.matched, agreement.at_limit, agreement.unmatched) == (3, 2, 0)
    agreement = compare(Detections(BOXES, LABELS), Detections(other, LABELS), max_per_img=5)
    assert agreement.unmatched == 2


@pytest.mark.parametrize('change', ['label', 'place', 'missing', 'all'])
def test_what_is_not_the_same_is_counted(change):
    boxes, labels = BOXES.copy(), LABELS.copy()
    if change == 'label':
        labels[0] = 2
    elif change == 'place':
        boxes[2, :4] += 5
    elif change == 'missing':
        boxes, labels = boxes[1:], labels[1:]
    else:
        boxes, labels = boxes[:0], labels[:0]
    agreement = compare(Detections(BOXES, LABELS), Detections(boxes, labels))
    assert agreement.unmatched == {'label': 2, 'place': 2, 'missing': 1, 'all': 4}[change]


def test_nothing_in_both():
    empty = Detections(BOXES[:0], LABELS[:0], [])
    agreement = compare(empty, empty) | compare(Detections(BOXES, LABELS), Detections(BOXES, LABELS))
    assert agreement == (4, 4, 4, 0, 0, 0, 1, 0)


def test_boxes_without_area_are_matched():
    boxes = np.array([[5, 5, 5, 9, 0.5], [7, 5, 7, 9, 0.5]], 'f4')
    assert compare(Detections(boxes, LABELS[:2]), Detections(boxes[::-1], LABELS[:2])).matched == 2


def test_results_and_outputs():
    result = ([BOXES[:2], BOXES[2:3], BOXES[3:]], [_masks(1, 2), _masks(3), _masks(4)])
    detections = detections_of_result(result)
    assert detections.labels.tolist() == [0, 0, 1, 2] and [m.sum() for m in detections.masks] == [1, 2, 3, 4]
    assert detections_of_result([BOXES[:0]] * 3).boxes.shape == (0, 5)
    encoded = [[encode(np.asfortranarray(mask.astype(np.uint8))) for mask in own] for own in result[1]]
    assert compare(detections, detections_of_result((result[0], encoded))).mask == 1
    assert detections_of_result(BOXES).labels.tolist() == [0] * 4
    scores = np.stack([0.6 * mask for mask in _masks(1, 2, 3, 4)])
    outputs = detections_of_outputs(BOXES * np.array([1, 1, 1, 1, 0], 'f4'), LABELS, scores)
    assert len(outputs.boxes) == len(outputs.masks) == 0
    assert compare(detections, detections_of_outputs(BOXES, LABELS, scores)).mask == 1
