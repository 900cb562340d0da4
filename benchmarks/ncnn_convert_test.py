"""The comparison of conversions to ncnn, without the other converter."""
import pytest

from benchmarks import ncnn_convert, ncnn_models
from mmdeploy.backend.base.native import get_engine_version

pytestmark = pytest.mark.skipif(
    not get_engine_version('ncnn') or not ncnn_convert.RUNNER.exists(), reason='ncnn or ncnn_files is not built')


def test_right(tmp_path):
    side = ncnn_convert.compare(ncnn_models.patterns()['mlp_197'], None, 0.01, tmp_path)['ours']
    assert side.result == ncnn_convert.RIGHT and side.layers == 4
    assert 0 < side.milliseconds < 1000 and side.difference < 1e-3


def test_wrong_and_refused(tmp_path):
    import torch
    changing = ncnn_models.Subject(lambda: ncnn_models.Call(lambda x: x + torch.rand(1)), ((1, 4), ))
    sides = ncnn_convert.compare(changing, None, 0, tmp_path / 'a')
    assert sides['ours'].result in (ncnn_convert.WRONG, ncnn_convert.REFUSED)
    refused = ncnn_models.Subject(lambda: ncnn_models.Call(lambda x: x.sum(0)), ((2, 4), ))
    assert ncnn_convert.compare(refused, None, 0, tmp_path / 'b')['ours'].result == ncnn_convert.REFUSED


def test_all_subjects_are_built():
    """Patterns only: models take long."""
    for name, subject in ncnn_models.patterns().items():
        assert subject.build() is not None and subject.shapes, name
