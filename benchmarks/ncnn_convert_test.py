"""The comparison of conversions to ncnn, without the other converter."""
import os
import time

import pytest

from benchmarks import ncnn_convert, ncnn_models
from benchmarks.ncnn_subject import Call, Subject
from mmdeploy.backend.base.native import get_engine_version

pytestmark = pytest.mark.skipif(
    not get_engine_version('ncnn') or not ncnn_convert.RUNNER.exists(), reason='ncnn or ncnn_files is not built')


def test_right(tmp_path):
    side = ncnn_convert.compare(ncnn_models.patterns()['mlp_197'], None, 0.01, tmp_path)['ours']
    assert side.result == ncnn_convert.RIGHT and side.layers == 4
    assert 0 < side.milliseconds < 1000 and side.difference < 1e-3


def test_wrong_and_refused(tmp_path):
    import torch
    changing = Subject(lambda: Call(lambda x: x + torch.rand(1)), ((1, 4), ))
    sides = ncnn_convert.compare(changing, None, 0, tmp_path / 'a')
    assert sides['ours'].result in (ncnn_convert.WRONG, ncnn_convert.REFUSED)
    refused = Subject(lambda: Call(lambda x: x.sum(0)), ((2, 4), ))
    assert ncnn_convert.compare(refused, None, 0, tmp_path / 'b')['ours'].result == ncnn_convert.REFUSED


def test_all_subjects_are_built():
    """Patterns only: models take long."""
    subjects = ncnn_models.patterns()
    assert len(subjects) > 270
    for name, subject in subjects.items():
        assert subject.build() is not None and subject.shapes, name


def _hang() -> None:
    time.sleep(60)


def _die() -> None:
    os._exit(1)


def test_conversions_may_hang_and_die():
    start = time.monotonic()
    with pytest.raises(TimeoutError, match='0.2 seconds'):
        ncnn_convert._call(0.2, _hang)
    with pytest.raises(RuntimeError, match='died'):
        ncnn_convert._call(20, _die)
    assert ncnn_convert._call(20, abs, -2) == 2
    assert time.monotonic() - start < 30


def test_goes_on_behind_what_is_there(tmp_path):
    path = tmp_path / 'found.json'
    found = {'a': {'ours': ncnn_convert.Side(ncnn_convert.RIGHT, 3, 0.5)}}
    ncnn_convert._save(path, found)
    assert ncnn_convert._load(path) == found
    assert ncnn_convert._load(tmp_path / 'none.json') == {}
