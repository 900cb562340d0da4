"""What is particular to ncnn: conversion, files, the wrapper. What all engines do is in tests/conformance."""
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'build' / 'lib'))
from mmdeploy_python import Net, convert  # noqa: E402

from mmdeploy.backend.base import get_backend_file_count, get_backend_manager  # noqa: E402
from mmdeploy.utils import Backend  # noqa: E402
from mmdeploy.utils.test import backend_checker  # noqa: E402

pytestmark = backend_checker(Backend.NCNN)


def _convolution(shape=('n', 3, 'h', 'w'), operator='Relu'):
    """Bytes of an ONNX model: a convolution (y), after it an activation (r); r comes first."""
    weight = np.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype('f4')
    graph = helper.make_graph([
        helper.make_node('Conv', ['x', 'weight'], ['y'], name='conv', pads=[1, 1, 1, 1]),
        helper.make_node(operator, ['y'], ['r'], name='activation'),
    ], 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, shape)], [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [shape[0], 4, shape[2], shape[3]]) for name in 'ry'
    ], [onnx.numpy_helper.from_array(weight, 'weight')])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()


IMAGES = np.random.default_rng(1).uniform(-1, 1, (2, 3, 8, 6)).astype('f4')


@pytest.fixture
def files(tmp_path):
    return convert('ncnn', _convolution(), tmp_path / 'net')


def test_names_order_and_shapes_are_those_of_the_onnx_file(tmp_path, files):
    assert files == [str(tmp_path / 'net.param'), str(tmp_path / 'net.bin')]
    net = Net(files[0], 'ncnn')  # the weights lie beside it
    assert [repr(t) for t in net.inputs] == ['x: float32 ?x3x?x?']
    assert [repr(t) for t in net.outputs] == ['r: float32 ?x4x?x?', 'y: float32 ?x4x?x?']
    found = net.run({'x': IMAGES})
    np.testing.assert_array_equal(found['r'], np.maximum(found['y'], 0))


def test_a_fixed_shape_stays_fixed(tmp_path):
    net = Net(convert('ncnn', _convolution((1, 3, 8, 6)), tmp_path / 'net')[0], 'ncnn')
    assert net.inputs[0].shape == [1, 3, 8, 6] and net.outputs[0].shape == [1, 4, 8, 6]
    with pytest.raises(RuntimeError, match='has shape 2x3x8x6, the network takes float32 1x3x8x6'):
        net.run({'x': IMAGES})


def test_convolutions_of_fixed_size_say_it(tmp_path, files):
    fixed = convert('ncnn', _convolution((1, 3, 8, 6)), tmp_path / 'fixed')
    line = next(line for line in Path(fixed[0]).read_text().splitlines() if line.startswith('Convolution '))
    assert '-23330=4,3,6,8,4' in line
    assert 'Convolution' in Path(files[0]).read_text() and '3,6,8,4' not in Path(files[0]).read_text()
    found, expected = (Net(f[0], 'ncnn').run({'x': IMAGES[:1]})['y'] for f in (fixed, files))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_weights_of_16_bits(tmp_path, files):
    half = convert('ncnn', _convolution(), tmp_path / 'half', precision='FP16')
    assert Path(half[1]).stat().st_size < 0.6 * Path(files[1]).stat().st_size
    expected = Net(files[0], 'ncnn').run({'x': IMAGES})['y']
    found = Net(half[0], 'ncnn', precision='FP16').run({'x': IMAGES})['y']
    assert np.abs(found - expected).max() <= 1e-2 * np.abs(expected).max()


def test_what_cannot_be_converted_leaves_no_files(tmp_path):
    with pytest.raises(RuntimeError, match="cannot be converted to ncnn: .*activation.*Hardmax"):
        convert('ncnn', _convolution(operator='Hardmax'), tmp_path / 'net')
    with pytest.raises(RuntimeError, match="converts to precision 'FP32' or 'FP16', found 'INT8'"):
        convert('ncnn', _convolution(), tmp_path / 'net', precision='INT8')
    with pytest.raises(RuntimeError, match="'ncnn' has no option 'no_such' for conversion, allowed: none"):
        convert('ncnn', _convolution(), tmp_path / 'net', engine_options={'no_such': '1'})
    with pytest.raises(RuntimeError, match="the model has no input 'q', found: 'x'"):
        convert('ncnn', _convolution(), tmp_path / 'net', inputs={'q': ([], [1], [])})
    assert not list(tmp_path.iterdir())


def test_shapes_of_the_configuration(tmp_path):
    def shape(low, high):
        param, _ = convert('ncnn', _convolution(), tmp_path / 'net', inputs={'x': (low, [1, 3, 8, 8], high)})
        return Net(param, 'ncnn').inputs[0].shape

    assert shape([], []) == [-1, 3, -1, -1]
    assert shape([1, 3, 8, 4], [1, 3, 8, 16]) == [1, 3, 8, -1]


def test_files_that_do_not_belong_together(tmp_path, files):
    other = convert('ncnn', _convolution((1, 3, 8, 6), 'Sigmoid'), tmp_path / 'other')
    Net(files[0], 'ncnn', weights=other[1])  # the same weights
    Path(other[1]).write_bytes(Path(other[1]).read_bytes()[:-4])
    with pytest.raises(RuntimeError, match="'other.bin' ends after .* bytes, the layers need more, the first that "
                                           r"lacks some is layer '.*' \(Convolution, line 4\); copy it again"):
        Net(files[0], 'ncnn', weights=other[1])
    Path(files[1]).unlink()
    with pytest.raises(RuntimeError, match="weights '.*net.bin' of 'net.param' do not exist"):
        Net(files[0], 'ncnn')


def test_wrapper_and_manager(files):
    from mmdeploy.backend.ncnn import NCNNWrapper, get_ops_path, is_custom_ops_available
    assert get_backend_file_count(Backend.NCNN) == 2
    assert is_custom_ops_available() and Path(get_ops_path()).name == 'libmmdeploy_ncnn_ops.so'
    wrapper = NCNNWrapper(*files, ['y'])
    outputs = wrapper({'x': torch.from_numpy(IMAGES)})
    assert [t.shape for t in wrapper.output_to_list(outputs)] == [(2, 4, 8, 6)]
    manager = get_backend_manager(Backend.NCNN)
    assert manager.get_version().startswith('1.0.')
    again = manager.build_wrapper(files[:1], 'cpu')
    np.testing.assert_array_equal(again({'x': torch.from_numpy(IMAGES)})['y'], outputs['y'])
    assert manager.get_sdk_files('end2end.onnx', {}) == dict(net='end2end.param', weights='end2end.bin',
                                                             precision='FP32')
    with pytest.raises(RuntimeError, match='use_vulkan is set, but ncnn .* has no Vulkan; set it to False'):
        NCNNWrapper(*files, use_vulkan=True)
    with pytest.raises(RuntimeError, match="'ncnn' has no option 'threads'"):
        NCNNWrapper(*files, engine_options=dict(threads='2'))
    with pytest.raises(RuntimeError, match="'ncnn' has no option 'threads'"):
        manager.build_wrapper(files, 'cpu', deploy_cfg=dict(
            backend_config=dict(type='ncnn', engine_options=dict(threads='2'))))
    with pytest.raises(TypeError, match='no_such'):
        NCNNWrapper(*files, no_such=1)
