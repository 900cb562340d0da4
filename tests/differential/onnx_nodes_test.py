"""The operator tests of the onnx package, in ncnn."""

import importlib

import pytest

from tests.differential import onnx_nodes
from tests.differential.check import GOOD


@pytest.fixture
def has_ncnn() -> None:
    try:
        importlib.import_module('mmdeploy_python').engine_version('ncnn')
    except (ImportError, RuntimeError):
        pytest.skip('ncnn is not built')


def test_ncnn_is_right_or_refuses(has_ncnn):
    good = {result.value for result in GOOD}
    results = list(onnx_nodes.run_all('ncnn', onnx_nodes.names()))
    findings = [': '.join(result) for result in results if result[2] not in good]
    assert not findings, '\n'.join(findings[:10])
    assert sum(result[2] == 'right' for result in results) > 1000
