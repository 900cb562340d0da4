"""The operator tests of the onnx package, in ncnn."""

import pytest

from mmdeploy.backend.base.native import get_engine_version
from tests.differential import onnx_nodes
from tests.differential.check import GOOD


@pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')
def test_ncnn_is_right_or_refuses():
    good = {result.value for result in GOOD}
    results = list(onnx_nodes.run_all('ncnn', onnx_nodes.names()))
    findings = [': '.join(result) for result in results if result[2] not in good]
    assert not findings, '\n'.join(findings[:10])
    assert sum(result[2] == 'right' for result in results) > 1000
