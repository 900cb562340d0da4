"""The models of `benchmarks.pipelines` run in our SDK and give what they are made to give."""
import mmdeploy_python
import numpy as np
import pytest

from benchmarks.pipelines import WORKS, write_model


@pytest.mark.parametrize('name', list(WORKS)[:2])
def test_models(name: str, tmp_path) -> None:
    work = WORKS[name]
    write_model(tmp_path / 'model', work)
    result = getattr(mmdeploy_python, work.task)(str(tmp_path / 'model'), 'cpu')(
        np.zeros((work.height, work.width, 3), np.uint8))
    if work.task == 'Classifier':
        assert len(result) == 5
    else:
        bboxes, labels, _ = result
        assert len(bboxes) == len(labels) > 50
        assert (bboxes[:, 2] <= work.width - 1).all() and (bboxes[:, 3] <= work.height - 1).all()
