"""A documented model of each codebase in ncnn; all of them are in `ncnn.py`."""
import pytest

from mmdeploy.backend.base.native import get_engine_version
from tests.exports import models, ncnn

pytestmark = pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')


@pytest.mark.parametrize('name', models.QUICK)
def test_same_as_pytorch(name, tmp_path):
    report = ncnn.prove(name, 11, str(tmp_path))
    assert report.result == ncnn.SAME, report
