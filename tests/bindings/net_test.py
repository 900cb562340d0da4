"""Net: one network in an engine, on numpy arrays."""
from pathlib import Path

import numpy as np
import onnx
import pytest
from mmdeploy_python import Net, engine_names, engine_version
from onnx import TensorProto, helper

NETWORK = Path(__file__).resolve().parents[2] / 'mmdeploy/task/classifier/golden/model/colour.json'


def test_the_example_engine() -> None:
    net = Net(NETWORK, 'example')
    assert [(info.name, info.dtype, info.shape) for info in net.inputs] == [('input', 'float32', [-1, 3, -1, -1])]
    assert [info.name for info in net.outputs] == ['output']
    assert repr(net.inputs[0]) == 'input: float32 ?x3x?x?'
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    output = net.run({'input': images})['output']
    mean = images.mean((2, 3))
    expected = mean @ np.array([[1, -.5, -.5, .25], [-.5, 1, -.5, .25], [-.5, -.5, 1, .25]]) + [.1, .2, .3, -.4]
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, expected, atol=1e-5)
    np.testing.assert_array_equal(net({'input': images})['output'], output)


def test_a_network_from_bytes_gives_the_same() -> None:
    image = np.ones((1, 3, 2, 2), np.float32)
    expected = Net(str(NETWORK), 'example')({'input': image})['output']
    np.testing.assert_array_equal(Net(NETWORK.read_bytes(), 'example')({'input': image})['output'], expected)


def test_results_outlive_the_net_and_the_next_run() -> None:
    net = Net(NETWORK, 'example')
    first = net({'input': np.zeros((1, 3, 2, 2), np.float32)})['output']
    kept = first.copy()
    net({'input': np.ones((1, 3, 2, 2), np.float32)})
    del net
    np.testing.assert_array_equal(first, kept)


def test_arrays_that_are_not_contiguous() -> None:
    net = Net(NETWORK, 'example')
    images = np.random.default_rng(0).normal(size=(4, 5, 3, 2)).astype(np.float32).transpose(3, 2, 0, 1)
    np.testing.assert_array_equal(net({'input': images})['output'],
                                  net({'input': np.ascontiguousarray(images)})['output'])


@pytest.mark.parametrize('arrays, message', [
    ({}, "failed to run net: input 'input' is missing"),
    ({'input': np.zeros((1, 3, 2, 2), np.float32), 'inptu': 1}, "there is no input 'inptu'.*input"),
    ({'input': np.zeros((1, 3, 2, 2), complex)}, "input 'input': elements are complex128, allowed: .*float32"),
    ({'input': np.zeros((1, 3, 2, 2))}, 'float64'),
    ({'input': np.zeros((1, 4, 2, 2), np.float32)}, '1x4x2x2'),
    ({'input': np.zeros((1,) * 9, np.float32)}, "input 'input': array has 9 dimensions, allowed: up to 8"),
])
def test_wrong_inputs(arrays: dict, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        Net(NETWORK, 'example').run(arrays)


@pytest.mark.parametrize('arguments, message', [
    (('no/such/file', 'example'), 'failed to create net: .*no/such/file'),
    ((NETWORK, 'exampel'), "failed to create net: .*exampel.*example"),
    ((NETWORK, 'example', 'npu'), 'failed to create net: .*npu'),
    ((NETWORK, 'example', 'cpu', 0, -1), 'num_threads is -1, allowed: 0'),
    ((b'{', 'example'), 'failed to create net: '),
])
def test_what_cannot_be_created(arguments: tuple, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        Net(*arguments)


def test_engines() -> None:
    assert {'example', 'onnxruntime'} <= set(engine_names())
    import onnxruntime
    assert engine_version('onnxruntime') == onnxruntime.__version__
    with pytest.raises(RuntimeError, match="engine 'nothing' is not available: .*nothing"):
        engine_version('nothing')


TYPES = {
    np.float32: TensorProto.FLOAT, np.float16: TensorProto.FLOAT16, np.float64: TensorProto.DOUBLE,
    np.int8: TensorProto.INT8, np.int16: TensorProto.INT16, np.int32: TensorProto.INT32, np.int64: TensorProto.INT64,
    np.uint8: TensorProto.UINT8, np.uint16: TensorProto.UINT16, np.uint32: TensorProto.UINT32,
    np.uint64: TensorProto.UINT64, np.bool_: TensorProto.BOOL,
}


@pytest.mark.parametrize('dtype', TYPES)
def test_every_element_type_passes_through_onnxruntime(dtype: type) -> None:
    kind = TYPES[dtype]
    graph = helper.make_graph([helper.make_node('Identity', ['x'], ['y'])], 'identity',
                              [helper.make_tensor_value_info('x', kind, ['n', 3])],
                              [helper.make_tensor_value_info('y', kind, ['n', 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
    onnx.checker.check_model(model)
    net = Net(model.SerializeToString(), 'onnxruntime')
    assert net.inputs[0].dtype == np.dtype(dtype).name and net.inputs[0].shape == [-1, 3]
    array = (np.arange(6) % 2).astype(dtype).reshape(2, 3)
    result = net({'x': array})['y']
    assert result.dtype == array.dtype
    np.testing.assert_array_equal(result, array)
