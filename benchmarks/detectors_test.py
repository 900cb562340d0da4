"""What `benchmarks.detectors` compares gives the same results; each comparison checks that itself."""
import pytest

from benchmarks.detectors import DETECTORS, compare_boxes, compare_masks


@pytest.mark.parametrize('name', DETECTORS)
def test_boxes(name: str, tmp_path) -> None:
    assert set(compare_boxes(name, tmp_path, 1)) == {'name', 'other', 'limit', 'ours', 'theirs'}


def test_masks(tmp_path) -> None:
    assert compare_masks(tmp_path, 1)['ours'] > 0
