"""Boxes are matched before differences are taken."""
import numpy as np
import pytest
from pycocotools.mask import encode

from mmdeploy.codebase.mmdet.deploy.compare import (
    Detections,
    compare,
    detections_of_outputs,
    detections_of_result,
    measure_disagreement,
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


def _row(count: int, score: float = 0.9) -> Detections:
    """Return boxes of 20 pixels beside each other."""
    x = np.arange(count) * 30
    return Detections(np.stack([x, x, x + 20, x + 20, np.linspace(score, score / 2, count)], 1), np.zeros(count, int))


def _disagreement(expected: Detections, found: Detections) -> float:
    return measure_disagreement([expected], [found], 0.05, 100)


def _changed(detections: Detections, *change: float) -> Detections:
    return detections._replace(boxes=detections.boxes + np.array(change))


def _nothing() -> Detections:
    return Detections(np.zeros((0, 5)), np.zeros(0, int))


def test_scores_of_equal_boxes_are_measured():
    expected = _row(20)
    fifth = expected._replace(boxes=expected.boxes * [1, 1, 1, 1, 0.2])
    assert _disagreement(expected, fifth) == pytest.approx(0.8)
    one = expected.boxes.copy()
    one[0, 4] = 0.2
    assert _disagreement(expected, expected._replace(boxes=one)) > 0.5
    # Rounding of an engine with few bits.
    assert _disagreement(expected, _changed(expected, 0.3, 0, 0.3, 0, -0.01)) < 0.02


def test_sides_of_equal_boxes_are_measured():
    expected = Detections(_row(20).boxes * [10, 10, 10, 10, 1], np.zeros(20, int))
    moved = _changed(expected, 8, 0, 8, 0, 0)
    assert compare(expected, moved).matched == 20
    assert _disagreement(expected, moved) > 0.9 and _disagreement(expected, _changed(expected, 3, 0, 3, 0, 0)) == 0
    # Where scores tie, the choice between two boxes of nearly one place is chance.
    one = expected.boxes.copy()
    one[3, :4] += [8, 0, 8, 0]
    assert _disagreement(expected, expected._replace(boxes=one)) == 0


def test_masks_of_equal_boxes_are_measured():
    masks = np.zeros((20, 28, 28), bool)
    masks[:, :14] = True
    expected = _row(20)._replace(masks=list(masks))
    flipped = masks.copy()
    flipped[:, 14, :5] = True
    assert _disagreement(expected, expected._replace(masks=list(flipped))) == 0
    assert _disagreement(expected, expected._replace(masks=list(masks[:, ::-1]))) > 0.9
    assert _disagreement(expected, _row(20)) > 0.9


@pytest.mark.parametrize('count', [1, 2, 4])
def test_few_objects_elsewhere(count):
    expected = _row(count)
    assert _disagreement(expected, expected) == 0
    assert _disagreement(expected, _changed(expected, 0, 200, 0, 200, 0)) == 1
    assert _disagreement(expected, _nothing()) == _disagreement(_nothing(), expected) == 1
    one = expected.boxes.copy()
    one[0, :4] += 200
    assert _disagreement(expected, expected._replace(boxes=one)) == pytest.approx(1 / count)


def test_what_is_chance_with_few_objects():
    expected = _row(3)
    # One that has been suppressed on one side only, and one of another label or place whose score ties.
    assert _disagreement(expected, expected._replace(boxes=expected.boxes[:2], labels=expected.labels[:2])) < 0.1
    assert _disagreement(expected, expected._replace(labels=np.array([0, 0, 1]))) <= 0.1
    rival = expected.boxes.copy()
    rival[0, :4] += [6, 0, 6, 0]
    assert compare(expected, expected._replace(boxes=rival)).unmatched == 2
    assert _disagreement(expected, expected._replace(boxes=rival)) <= 0.1
    # All are not.
    assert _disagreement(expected, _changed(expected, 6, 0, 6, 0, 0)) > 0.5
    # Near the threshold they come and go.
    low = Detections(np.array([[0, 0, 10, 10, 0.06]]), np.zeros(1, int))
    assert _disagreement(low, _nothing()) < 0.1
    assert _disagreement(_nothing(), _nothing()) == 0
    # In one image of two.
    assert measure_disagreement([_row(1), _row(1)], [_row(1), _changed(_row(1), 0, 90, 0, 90, 0)]) == 0.5
