"""What is particular to OpenVINO: conversion, files, precision. What all engines do is in tests/conformance."""
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'build' / 'lib'))
from mmdeploy_python import Net, convert  # noqa: E402

from mmdeploy.utils import Backend  # noqa: E402
from mmdeploy.utils.test import backend_checker  # noqa: E402

pytestmark = backend_checker(Backend.OPENVINO)


def _convolution(shape=('n', 3, 'h', 'w'), channels=16, seed=0):
    """Bytes of an ONNX model: convolution, ReLU, mean over the image."""
    random = np.random.default_rng(seed)
    weight = random.normal(size=(channels, 3, 3, 3)).astype('f4')
    graph = helper.make_graph([
        helper.make_node('Conv', ['x', 'weight'], ['c'], pads=[1, 1, 1, 1]),
        helper.make_node('Relu', ['c'], ['r']),
        helper.make_node('GlobalAveragePool', ['r'], ['y']),
    ], 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, shape)], [
        helper.make_tensor_value_info('y', TensorProto.FLOAT, [shape[0], channels, 1, 1]),
        helper.make_tensor_value_info('r', TensorProto.FLOAT, [shape[0], channels, shape[2], shape[3]]),
    ], [onnx.numpy_helper.from_array(weight, 'weight')])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()


IMAGE = np.random.default_rng(1).uniform(0, 255, (2, 3, 8, 6)).astype('f4')


def _run(net, image=IMAGE):
    return net.run({'x': image})['y']


@pytest.fixture
def files(tmp_path):
    return convert('openvino', _convolution(), tmp_path / 'net')


def test_conversion_names_complete_files_only(tmp_path, files):
    assert files == [str(tmp_path / 'net.xml'), str(tmp_path / 'net.bin')]
    assert sorted(p.name for p in tmp_path.iterdir()) == ['net.bin', 'net.xml']
    with pytest.raises(RuntimeError, match=r"cannot write '.*net\.xml/net\.xml'"):
        convert('openvino', _convolution(), tmp_path / 'net.xml' / 'net')  # a file, not a folder
    with pytest.raises(RuntimeError, match="'--transform': not known, or without a counterpart"):
        convert('openvino', _convolution(), tmp_path / 'other', engine_options={'--transform': 'LowLatency2'})
    assert sorted(p.name for p in tmp_path.iterdir()) == ['net.bin', 'net.xml']


def test_an_onnx_file_runs_without_conversion(tmp_path, files):
    path = tmp_path / 'net.onnx'
    path.write_bytes(_convolution())
    np.testing.assert_allclose(_run(Net(path, 'openvino')), _run(Net(files[0], 'openvino')), rtol=1e-6)


def test_outputs_keep_names_and_order(files):
    assert [info.name for info in Net(files[0], 'openvino').outputs] == ['y', 'r']


def test_chosen_outputs(tmp_path):
    xml, _ = convert('openvino', _convolution(), tmp_path / 'net', engine_options={'--output': 'r'})
    assert [info.name for info in Net(xml, 'openvino').outputs] == ['r']
    with pytest.raises(RuntimeError, match="the model has no output 'q', found: 'r', 'y'"):
        convert('openvino', _convolution(), tmp_path / 'net', engine_options={'--output': 'q'})


def test_mean_scale_and_reversed_channels(tmp_path):
    xml, _ = convert('openvino', _convolution(), tmp_path / 'net', engine_options={
        '--mean_values': '[123.0, 117.0, 104.0]', '--scale_values': '[58, 57, 56]', '--reverse_input_channels': ''})
    mean, scale = (np.array(v, 'f4').reshape(1, 3, 1, 1) for v in ((123, 117, 104), (58, 57, 56)))
    expected = _run(Net(_convolution(), 'openvino'), (IMAGE[:, ::-1] - mean) / scale)
    np.testing.assert_allclose(_run(Net(xml, 'openvino')), expected, rtol=1e-4, atol=1e-5)


def test_layout(tmp_path):
    xml, _ = convert('openvino', _convolution(), tmp_path / 'net', engine_options={'--layout': 'nhwc->nchw'})
    net = Net(xml, 'openvino')
    assert net.inputs[0].shape == [-1, -1, -1, 3]
    np.testing.assert_allclose(_run(net, np.ascontiguousarray(IMAGE.transpose(0, 2, 3, 1))),
                               _run(Net(_convolution(), 'openvino')), rtol=1e-5)


@pytest.mark.parametrize('options, message', [
    ({'--mean_values': 'q[1,2,3]'}, "'--mean_values': the model has no input 'q', found: 'x'"),
    ({'--mean_values': '[1,2]'}, 'openvino cannot add preprocessing: '),
    ({'--input_shape': '[1,3,8]'}, 'openvino cannot set the input shapes: '),
    ({'--input_shape': '[1,3,8,8],[1]'}, "'--input_shape': 2 shapes for 1 inputs"),
    ({'--input': 'q'}, "the model has no input 'q'"),
    ({'--data_type': 'INT8'}, "'--data_type': 'INT8', allowed: FP32"),
], ids=str)
def test_options_that_do_not_fit(tmp_path, options, message):
    with pytest.raises(RuntimeError, match=message):
        convert('openvino', _convolution(), tmp_path / 'net', engine_options=options)


def test_shapes(tmp_path):
    def shape(**arguments):
        return Net(convert('openvino', _convolution(), tmp_path / 'net', **arguments)[0], 'openvino').inputs[0]

    # What the ONNX file leaves open stays open: the shape of model_inputs is only the usual one.
    assert shape(inputs={'x': ([], [1, 3, 8, 6], [])}).shape == [-1, 3, -1, -1]
    limited = shape(inputs={'x': ([1, 3, 4, 4], [1, 3, 8, 6], [4, 3, 16, 16])})
    assert repr(limited) == 'x: float32 ?x3x?x? (1x3x4x4 .. 4x3x16x16)'
    assert shape(engine_options={'--input_shape': '[1,3,8,6]'}).shape == [1, 3, 8, 6]
    assert shape(engine_options={'--batch': '2'}).shape == [2, 3, -1, -1]
    with pytest.raises(RuntimeError, match="the model has no input 'q', found: 'x'"):
        shape(inputs={'q': ([], [1], [])})
    with pytest.raises(RuntimeError, match="input 'x' has 4 dimensions, shape 1x3 is given"):
        shape(inputs={'x': ([], [1, 3], [])})


def test_a_shape_outside_the_range_is_refused(tmp_path):
    xml, _ = convert('openvino', _convolution(), tmp_path / 'net',
                     inputs={'x': ([1, 3, 4, 4], [1, 3, 8, 6], [4, 3, 16, 16])})
    with pytest.raises(RuntimeError, match=r'has shape 5x3x8x6, the network takes .*\(1x3x4x4 \.\. 4x3x16x16\)'):
        _run(Net(xml, 'openvino'), np.zeros((5, 3, 8, 6), 'f4'))


@pytest.mark.parametrize('arguments', [dict(precision='FP16'), dict(engine_options={'--data_type': 'FP16'}),
                                       dict(engine_options={'--compress_to_fp16': 'True'})], ids=str)
def test_weights_of_16_bits(tmp_path, arguments):
    full = Path(convert('openvino', _convolution(), tmp_path / 'full')[1])
    xml, half = convert('openvino', _convolution(), tmp_path / 'half', **arguments)
    assert Path(half).stat().st_size <= full.stat().st_size * 0.6
    found, expected = _run(Net(xml, 'openvino')), _run(Net(_convolution(), 'openvino'))
    assert np.abs(found - expected).max() <= 1e-2 * np.abs(expected).max()


def test_it_calculates_in_float32_unless_told_otherwise(files):
    assert Net(files[0], 'openvino').precision == 'float32'
    # Processors without 16-bit arithmetic say float32.
    assert Net(files[0], 'openvino', precision='FP16').precision in ('float16', 'float32')
    net = Net(files[0], 'openvino', precision='BF16')
    assert net.precision in ('bfloat16', 'float32')
    expected = _run(Net(files[0], 'openvino'))
    assert np.abs(_run(net) - expected).max() <= 2e-2 * np.abs(expected).max()
    with pytest.raises(RuntimeError, match="has no precision 'FP8', allowed: 'BF16', 'FP16', 'FP32', 'INT8'"):
        Net(files[0], 'openvino', precision='FP8')


def test_devices(files):
    assert Net(files[0], 'openvino', engine_options={'device': 'CPU'}).precision == 'float32'
    with pytest.raises(RuntimeError, match="openvino has no device 'TPU' here, found: .*'CPU'"):
        Net(files[0], 'openvino', engine_options={'device': 'TPU'})


def test_weights_of_another_network_are_refused(tmp_path, files):
    """Of the same size and structure, as after a new training."""
    _, other = convert('openvino', _convolution(seed=7), tmp_path / 'other')
    assert Path(other).stat().st_size == Path(files[1]).stat().st_size
    for weights in (other, Path(other).read_bytes()):
        with pytest.raises(RuntimeError, match='are not the weights of this network: their size and checksum are'):
            Net(files[0], 'openvino', weights=weights)
    Path(other).replace(files[1])
    with pytest.raises(RuntimeError, match="'net.bin' are not the weights of this network"):
        Net(files[0], 'openvino')


def test_damaged_weights_are_refused(tmp_path, files):
    xml, weights = map(Path, files)
    content = weights.read_bytes()
    for damaged in (b'', content[:len(content) // 2], content + b'\0'):
        weights.write_bytes(damaged)
        with pytest.raises(RuntimeError, match="openvino cannot load|are not the weights|is empty"):
            Net(xml, 'openvino')
        with pytest.raises(RuntimeError, match="openvino cannot load|are not the weights|is empty"):
            Net(xml.read_bytes(), 'openvino', weights=damaged)
    weights.unlink()
    with pytest.raises(RuntimeError, match='openvino cannot load'):
        Net(xml, 'openvino')
    with pytest.raises(RuntimeError, match=r"weights '.*net\.bin' do not exist"):
        Net(xml, 'openvino', weights=weights)


def test_what_was_converted_from_no_onnx_file(tmp_path):
    with pytest.raises(RuntimeError, match="openvino cannot read '<bytes>'"):
        convert('openvino', b'no model', tmp_path / 'net')
    with pytest.raises(RuntimeError, match=r"file '.*none\.onnx' does not exist"):
        convert('openvino', tmp_path / 'none.onnx', tmp_path / 'net')


def test_facade(tmp_path):
    from mmdeploy.apis.openvino import from_onnx, get_output_model_file
    from mmdeploy.backend.openvino import OpenVINOWrapper
    path = tmp_path / 'a.b.onnx'
    path.write_bytes(_convolution())
    from_onnx(str(path), str(tmp_path / 'out'), {'x': [1, 3, 8, 6]}, ['y'], dict(args={'--data_type': 'FP32'}))
    xml = get_output_model_file(str(path), str(tmp_path / 'out'))
    assert xml == str(tmp_path / 'out' / 'a.b.xml')
    import torch
    wrapper = OpenVINOWrapper(xml)
    assert list(wrapper.output_names) == ['y']
    outputs = wrapper({'x': torch.from_numpy(IMAGE)})
    np.testing.assert_allclose(outputs['y'].numpy(), _run(Net(_convolution(), 'openvino')), rtol=1e-5)
    from_onnx(onnx.load(path), str(tmp_path / 'out'), {}, [])
    assert (tmp_path / 'out' / 'end2end.xml').exists()


def test_products_of_8_bit_weights_are_calculated_in_float32():
    """OpenVINO would quantise their inputs on its own."""
    random = np.random.default_rng(0)
    weight, scale = random.integers(-127, 128, (384, 384)).astype('i1'), np.full((1, 384), .01, 'f4')
    graph = helper.make_graph([
        helper.make_node('Cast', ['w'], ['f'], to=TensorProto.FLOAT), helper.make_node('Mul', ['f', 's'], ['m']),
        helper.make_node('MatMul', ['x', 'm'], ['y'])
    ], 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', 384])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['n', 384])],
        [onnx.numpy_helper.from_array(weight, 'w'), onnx.numpy_helper.from_array(scale, 's')])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()
    x = random.normal(size=(8, 384)).astype('f4')
    np.testing.assert_allclose(Net(model, 'openvino').run({'x': x})['y'], x @ (weight * scale), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('node', [('Identity', 1), ('Dropout', 1), ('Max', 1), ('Max', 2), ('Einsum', 1)], ids=str)
def test_an_input_that_is_an_output_keeps_its_name(node, tmp_path):
    kind, count = node
    attributes = dict(equation='ij -> ij') if kind == 'Einsum' else {}
    graph = helper.make_graph([helper.make_node(kind, ['x'] * count, ['y'], **attributes)], 'g',
                              [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', 3])],
                              [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['n', 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()
    xml, _ = convert('openvino', model, tmp_path / 'net')
    for net in (Net(model, 'openvino'), Net(xml, 'openvino')):
        x = np.ones((2, 3), 'f4')
        np.testing.assert_array_equal(net.run({'x': x})['y'], x)


# Attributes that OpenVINO's reader gets wrong by itself: operator, opset, inputs, constants, attributes.
_X = np.random.default_rng(2).normal(size=(1, 4, 7, 7)).astype('f4')
WRONG_BY_ITSELF = {
    'softmax': ('Softmax', 11, {}, dict(axis=1)),
    'log_softmax': ('LogSoftmax', 11, {}, dict(axis=2)),
    'hardmax': ('Hardmax', 12, {}, dict(axis=1)),
    'l1': ('ReduceL1', 13, {}, dict(axes=[1, 3])),
    'l1_alone': ('ReduceL1', 18, {}, dict(noop_with_empty_axes=1)),
    'log_sum_exp': ('ReduceLogSumExp', 13, {}, dict(axes=[-1], keepdims=0)),
    'lrn': ('LRN', 13, {}, dict(size=3, bias=.5, alpha=.3, beta=.6)),
    'max_pool': ('MaxPool', 12, {}, dict(kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1, pads=[0, 0, 1, 1])),
    'average_pool': ('AveragePool', 11, {}, dict(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1, count_include_pad=1,
                                                 pads=[1, 1, 0, 0])),
    'average_pool_3': ('AveragePool', 11, {}, dict(kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1,
                                                   count_include_pad=1, pads=[1, 0, 1, 1])),
    'conv_transpose': ('ConvTranspose', 13, {'w': _X[0, :, None, :3, :3]}, dict(auto_pad='SAME_UPPER', strides=[2, 2],
                                                                               dilations=[2, 1])),
    'conv_transpose_shape': ('ConvTranspose', 13, {'w': _X[0, :, None, :3, :3]}, dict(output_shape=[14, 15],
                                                                                     strides=[2, 2])),
    'roi_align': ('RoiAlign', 16, {'r': np.array([[.5, 1, 6.4, 3], [2, 2, 3.1, 6.9]], 'f4'), 'b': np.array([0, 0])},
                  dict(output_height=2, output_width=1)),
}


def _one(kind, opset, constants, attributes, dims=_X.shape):
    graph = helper.make_graph([helper.make_node(kind, ['x', *constants], ['y'], **attributes)], 'g',
                              [helper.make_tensor_value_info('x', TensorProto.FLOAT, dims)],
                              [onnx.ValueInfoProto(name='y')],
                              [onnx.numpy_helper.from_array(v, k) for k, v in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8)


@pytest.mark.parametrize('name', WRONG_BY_ITSELF)
def test_what_its_reader_gets_wrong_is_right(name, tmp_path):
    import onnxruntime
    model = _one(*WRONG_BY_ITSELF[name]).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    want, = onnxruntime.InferenceSession(model, options).run(None, {'x': _X})
    path = tmp_path / 'x.onnx'
    path.write_bytes(model)
    xml, _ = convert('openvino', model, tmp_path / 'net')
    for net in (Net(model, 'openvino'), Net(path, 'openvino'), Net(xml, 'openvino')):
        np.testing.assert_allclose(net.run({'x': _X})['y'], want, rtol=1e-4, atol=1e-5)


REFUSED = {
    'cuts sequences': ('RNN', 14, {'w': np.ones((1, 1, 7), 'f4'), 'r': np.ones((1, 1, 1), 'f4')}, {}),
    "mode 'max' is calculated in another way": ('RoiAlign', 16, {'r': np.ones((1, 4), 'f4'), 'b': np.array([0])},
                                                dict(mode='max')),
    'exclude_outside is calculated in another way': ('Resize', 13, {}, dict(mode='cubic', exclude_outside=1)),
    'bias is -1': ('LRN', 13, {}, dict(size=3, bias=-1.)),
}


@pytest.mark.parametrize('reason', REFUSED)
def test_what_stays_wrong_is_refused(reason, tmp_path):
    model = _one(*REFUSED[reason])
    node = model.graph.node[0]
    if node.op_type == 'RNN':
        node.input.extend(['', 'n'])
        node.attribute.append(helper.make_attribute('hidden_size', 1))
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([3], 'i4'), 'n'))
        model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1
        del model.graph.input[0].type.tensor_type.shape.dim[2]
    if node.op_type == 'Resize':
        node.input.extend(['', 's'])
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([1, 1, 2, 2], 'f4'), 's'))
    model = model.SerializeToString()
    for way in (lambda: convert('openvino', model, tmp_path / 'net'), lambda: Net(model, 'openvino')):
        with pytest.raises(RuntimeError, match=f'OpenVINO would calculate it wrongly: node 0 .*{reason}'):
            way()
    assert not list(tmp_path.iterdir())


_R = np.random.default_rng(3)
_WIDE = _R.integers(-2**30, 2**30, 64)
_NEAR = _WIDE + _R.integers(-2, 3, 64)
_NAN = np.array([np.nan, 1, np.nan, 2, np.inf, 0] * 4, 'f4'), np.array([1, np.nan, np.nan, 2, np.nan, -0.] * 4, 'f4')
COMPARISONS = ('Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Equal')
_COLUMN = _R.normal(size=(2, 1, 11, 4)).astype('f4'), _R.normal(size=(3, 1, 4, 3)).astype('f4')
_CUBE = _R.normal(size=(1, 1, 7, 4, 4)).astype('f4'), _R.normal(size=(2, 1, 1, 1, 3)).astype('f4')
# Operator, opset, inputs, attributes.
OPERANDS = {
    **{f'{op}_{kind}': (op, 13, values, {})
       for op in COMPARISONS for kind, values in {
           'nan': _NAN, 'int32': (_WIDE.astype('i4'), _NEAR.astype('i4')), 'int64': (_WIDE, _NEAR)}.items()},
    **{f'{op}_{kind}': (op, 14, (_R.integers(0, 256, 64).astype(kind), _R.integers(0, 256, 64).astype(kind)), {})
       for op in ('Add', 'Sub', 'Mul') for kind in ('u1', 'i1')},
    'conv_column': ('Conv', 13, _COLUMN, dict(strides=[1, 3])),
    'conv_column_pads': ('Conv', 9, _COLUMN, dict(strides=[1, 3], pads=[1, 0, 0, 1])),
    'conv_column_3': ('Conv', 13, _CUBE, dict(strides=[3, 1, 2])),
    'slice_back': ('Slice', 13, (_X, np.array([-1]), np.array([2**63 - 1]), np.array([2]), np.array([-2])), {}),
    'tile': ('Tile', 13, (_X, np.array([2, 3, 2, 4])), {}),
    'dft': ('DFT', 20, (_X[..., None], np.array(9), np.array(-2)), {}),
    'dft_2': ('DFT', 17, (_X[..., None], ), dict(axis=-2)),
    'top_k': ('TopK', 13, (_R.integers(0, 9, (20, 30)).astype('f4'), np.array([30])), {}),
}


@pytest.mark.parametrize('name', OPERANDS)
def test_operands_that_it_gets_wrong_are_right(name, tmp_path):
    import onnxruntime
    kind, opset, values, attributes = OPERANDS[name]
    count = 2 if kind == 'TopK' else 1
    # What decides about shapes is constant, as in most models; but not of Tile, whose counts may be computed.
    constant = {'Slice': (1, 2, 3, 4), 'DFT': (1, 2), 'TopK': (1, )}.get(kind, ())
    names = [f'x{i}' for i in range(len(values))]
    outputs = [f'y{i}' for i in range(count)]
    graph = helper.make_graph([helper.make_node(kind, names, outputs, **attributes)], 'g', [
        helper.make_tensor_value_info(names[i], helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for i, value in enumerate(values) if i not in constant
    ], [onnx.ValueInfoProto(name=name) for name in outputs],
        [onnx.numpy_helper.from_array(values[i], names[i]) for i in constant if i < len(values)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8).SerializeToString()
    feeds = {names[i]: value for i, value in enumerate(values) if i not in constant}
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    want = onnxruntime.InferenceSession(model, options).run(None, feeds)
    net = Net(convert('openvino', model, tmp_path / 'net')[0], 'openvino')
    found = net.run(feeds)
    for name, expected in zip(outputs, want, strict=True):
        np.testing.assert_allclose(found[name], expected, rtol=1e-4, atol=1e-4)


def _ints(kind, dtype=TensorProto.INT64):
    graph = helper.make_graph([helper.make_node(kind, ['a', 'b'], ['y'], name='one')], 'g',
                              [helper.make_tensor_value_info(name, dtype, [3]) for name in 'ab'],
                              [onnx.ValueInfoProto(name='y')])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()


def test_what_may_be_wrong_is_a_warning_by_node(tmp_path, capfd):
    convert('openvino', _ints('Div'), tmp_path / 'net')
    lines = [line for line in capfd.readouterr().err.splitlines() if 'node' in line]
    assert len(lines) == 1
    assert "openvino: node 'one' (Div): integers from 16777216 on are rounded to float32" in lines[0]
    convert('openvino', _ints('Div', TensorProto.FLOAT), tmp_path / 'net')
    assert not capfd.readouterr().err


def test_ties_of_large_top_k_are_a_warning(tmp_path, capfd):
    def top_k(size, chosen):
        graph = helper.make_graph([helper.make_node('TopK', ['x', 'k'], ['v', 'i'], name='top')], 'g',
                                  [helper.make_tensor_value_info('x', TensorProto.FLOAT, [1, size])],
                                  [onnx.ValueInfoProto(name='v'), onnx.ValueInfoProto(name='i')],
                                  [onnx.numpy_helper.from_array(np.array([chosen]), 'k')])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
        convert('openvino', model.SerializeToString(), tmp_path / 'net')
        return capfd.readouterr().err

    assert '(TopK): of equal values, others than the first may be chosen' in top_k(20000, 1000)
    assert not top_k(1000, 100)


def test_what_cannot_be_compiled_is_said_when_it_is_converted(tmp_path):
    """Axes that are computed leave the rank open."""
    graph = helper.make_graph([helper.make_node('Unsqueeze', ['x', 'a'], ['y'])], 'g',
                              [helper.make_tensor_value_info('x', TensorProto.FLOAT, [2, 3]),
                               helper.make_tensor_value_info('a', TensorProto.INT64, [1])],
                              [onnx.ValueInfoProto(name='y')])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    with pytest.raises(RuntimeError, match='openvino cannot compile .*dynamic rank'):
        convert('openvino', model.SerializeToString(), tmp_path / 'net')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('axis', [None, 2])
@pytest.mark.parametrize('side', ['left', 'right'])
def test_constants_of_8_bits_in_batches_of_products(axis, side):
    """OpenVINO reads memory that it has given back, when several calls may run at the same time."""
    random = np.random.default_rng(0)
    weight = random.integers(-128, 128, (2, 8, 8)).astype('i1')
    scale, zero = (np.float32(.01), np.int8(5)) if axis is None else (
        random.uniform(.01, .02, 8).astype('f4'), random.integers(-9, 9, 8).astype('i1'))
    operands = ['f', 'x'] if side == 'left' else ['x', 'f']
    attributes = {} if axis is None else dict(axis=axis)
    graph = helper.make_graph([helper.make_node('DequantizeLinear', ['w', 's', 'z'], ['f'], **attributes),
                               helper.make_node('MatMul', operands, ['y'])], 'g',
                              [helper.make_tensor_value_info('x', TensorProto.FLOAT, [2, 8, 8])],
                              [onnx.ValueInfoProto(name='y')],
                              [onnx.numpy_helper.from_array(np.asarray(value), name)
                               for name, value in (('w', weight), ('s', scale), ('z', zero))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()
    x = random.normal(size=(2, 8, 8)).astype('f4')
    floats = (weight.astype('f4') - zero) * scale
    want = floats @ x if side == 'left' else x @ floats
    for _ in range(5):
        np.testing.assert_allclose(Net(model, 'openvino', num_threads=1).run({'x': x})['y'], want, rtol=1e-4, atol=1e-4)


def test_an_input_that_nothing_reads_stays(tmp_path):
    graph = helper.make_graph([helper.make_node('Neg', ['x'], ['y'])], 'g',
                              [helper.make_tensor_value_info('like', TensorProto.INT64, ['n', 2]),
                               helper.make_tensor_value_info('x', TensorProto.FLOAT, [3])],
                              [helper.make_tensor_value_info('y', TensorProto.FLOAT, [3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()
    x, like = np.arange(3, dtype='f4'), np.zeros((4, 2), 'i8')
    for net in (Net(model, 'openvino'), Net(convert('openvino', model, tmp_path / 'net')[0], 'openvino')):
        assert sorted(info.name for info in net.inputs) == ['like', 'x']
        np.testing.assert_array_equal(net.run({'x': x, 'like': like})['y'], -x)


def test_floats_of_8_bits_are_refused(tmp_path):
    graph = helper.make_graph([helper.make_node('Cast', ['x'], ['h'], to=TensorProto.FLOAT8E5M2),
                               helper.make_node('Cast', ['h'], ['y'], to=TensorProto.FLOAT)], 'g',
                              [helper.make_tensor_value_info('x', TensorProto.FLOAT, [3])],
                              [helper.make_tensor_value_info('y', TensorProto.FLOAT, [3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 19)], ir_version=9)
    with pytest.raises(RuntimeError, match=r"node 0 \(Cast\) making 'h': 'h' has floats of less than 16 bits"):
        convert('openvino', model.SerializeToString(), tmp_path / 'net')
