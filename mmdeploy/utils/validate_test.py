"""Helpers for tests of operators and rewrites."""
import mmcv
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from mmdeploy.core import RewriterContext
from mmdeploy.utils import Backend
from mmdeploy.utils.test import (
    WrapFunction,
    WrapModel,
    _why_missing,
    backend_checker,
    check_backend,
    get_backend_outputs,
    get_rewrite_outputs,
)
from mmdeploy.utils.validate import TEST_NCNN, TEST_ONNXRT, TEST_OPENVINO, TEST_TENSORRT, BackendValidator, export_graph


def _relu_model() -> onnx.ModelProto:
    """Return a model of one node, for inputs [1, 3, 4, 5]."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 4, 5]) for name in ('x', 'y')]
    graph = helper.make_graph([helper.make_node('Relu', ['x'], ['y'])], 'relu', value[:1], value[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)], ir_version=6)


def _engine(validator: BackendValidator) -> BackendValidator:
    """Skip the running test when the engine is missing; operators of ours are not needed."""
    check_backend(validator.backend)
    return validator


@pytest.mark.parametrize('validator', [TEST_ONNXRT, TEST_NCNN, TEST_OPENVINO], ids=lambda v: v.backend_name)
def test_run_and_validate(validator, tmp_path):
    x = torch.randn(1, 3, 4, 5)
    model = WrapFunction(lambda x: (x.relu() + 1, x * 2)).eval()
    with RewriterContext({}, _engine(validator).backend_name, opset=11):
        validator.run_and_validate(
            model, [x], 'two', input_names=['image'], output_names=['a', 'b'], save_dir=str(tmp_path / 'new'))
        validator.run_and_validate(model, [x])
        with pytest.raises(AssertionError, match='not close'):
            validator.run_and_validate(model, [x], expected_result=[x, x])
        with pytest.warns(UserWarning, match='not close'):
            validator.run_and_validate(model, [x], expected_result=[x, x], tolerate_small_mismatch=True)
    exported = onnx.load(tmp_path / 'new' / 'two.onnx')
    assert [value.name for value in exported.graph.output] == ['a', 'b']


@pytest.mark.parametrize('validator', [TEST_ONNXRT, TEST_NCNN, TEST_OPENVINO], ids=lambda v: v.backend_name)
def test_run_and_validate_an_onnx_model(validator):
    x = torch.randn(1, 3, 4, 5)
    _engine(validator).run_and_validate(_relu_model(), [x], 'relu', expected_result=[x.relu()])


def test_an_onnx_model_needs_values():
    with pytest.raises(ValueError, match='expected_result is missing'):
        TEST_ONNXRT.run_and_validate(_relu_model(), [torch.rand(1, 3, 4, 5)])


def test_engines_that_are_missing_skip():
    assert _why_missing(Backend.TENSORRT, False) == 'tensorrt package is not available'
    assert backend_checker(Backend.PPLNN).args == (True, )
    with pytest.raises(pytest.skip.Exception, match='tensorrt package is not available'):
        TEST_TENSORRT.check_env()
    deploy_cfg = mmcv.Config(dict(backend_config=dict(type='tensorrt')))
    assert get_backend_outputs('none.onnx', {}, deploy_cfg) is None


def test_other_names_warn():
    with pytest.warns(UserWarning, match='not available for Backend.DEFAULT'):
        assert backend_checker(Backend.DEFAULT) is None
    with pytest.warns(UserWarning, match='not available for Backend.DEFAULT'):
        check_backend(Backend.DEFAULT)


def test_rewrite_outputs_without_an_engine():
    deploy_cfg = mmcv.Config(dict(backend_config=dict(type='tensorrt'), onnx_config=dict(input_shape=None)))
    model = WrapModel(WrapFunction(lambda x: x.repeat(2)), 'forward')
    outputs, is_backend_output = get_rewrite_outputs(model, dict(x=torch.ones(3)), deploy_cfg)
    assert not is_backend_output and outputs.tolist() == [1] * 6


def test_export_graph_takes_the_engine_of_the_config():
    model = export_graph(torch.nn.ReLU(), [torch.rand(1, 2)], cfg=dict(backend_config=dict(type='ncnn')), opset=13)
    assert model.opset_import[0].version == 13
