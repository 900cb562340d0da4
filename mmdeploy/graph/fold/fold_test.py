"""Constants against ONNX Runtime and against the outputs of ONNX's own operator tests."""
import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from mmdeploy.graph import load, to_onnx
from mmdeploy.graph.infer.operator_cases import ROWS, Case, onnx_cases, opset_cases


def fold(case: Case) -> list[np.ndarray | None]:
    """Make all inputs constant and fold. Returns the outputs that became constants."""
    model = onnx.ModelProto.FromString(case.model.SerializeToString())
    for value, array in zip(model.graph.input, case.inputs, strict=True):
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(array), value.name))
    del model.graph.input[:]
    ours = load(model)
    ours.optimize(only=['fold_constants'])
    graph = to_onnx(ours).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == 'Identity':
            constants[node.output[0]] = constants.get(node.input[0])
    return [constants.get(output.name) for output in graph.output]


def check_equal(found: np.ndarray, wanted: np.ndarray, name: str) -> None:
    assert found.dtype == wanted.dtype and found.shape == wanted.shape, name
    if wanted.dtype.kind == 'f':
        precision = 1e-3 if wanted.dtype == np.float16 else 1e-5
        np.testing.assert_allclose(found, wanted, rtol=precision, atol=1e-6, err_msg=name)
    else:
        np.testing.assert_array_equal(found, wanted, err_msg=name)


@pytest.mark.parametrize('opset', [7, 9, 10, 11, 12, 13, 15, 18, 21])
def test_results_are_those_of_onnxruntime(opset):
    folded = 0
    for case in opset_cases(opset, ROWS):
        for found, wanted in zip(fold(case), case.outputs, strict=True):
            assert found is not None, case.name
            check_equal(found, wanted, case.name)
            folded += 1
    assert folded > 30


def test_results_are_those_of_the_onnx_operator_tests():
    folded = 0
    for case in onnx_cases():
        for found, wanted in zip(fold(case), case.outputs, strict=True):
            if found is not None:
                check_equal(found, wanted, case.name)
                folded += 1
    assert folded > 800
