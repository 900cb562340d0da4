"""The C++ engine `onnxruntime`: element types, shapes, several tensors, threads, errors."""
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / 'build' / 'lib'))
from mmdeploy_python import Net  # noqa: E402

COMMAND = Path(__file__).resolve().parents[3] / 'build' / 'bin' / 'mmdeploy'
TYPES = ('float32', 'float16', 'float64', 'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32',
         'uint64', 'int64', 'bool')


def _model(nodes, inputs, outputs, initializers=()):
    """Bytes of a model; inputs and outputs are (name, numpy type name, shape)."""
    def info(name, dtype, shape):
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)

    graph = helper.make_graph(nodes, 'g', [info(*i) for i in inputs], [info(*o) for o in outputs],
                              initializer=list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()


def _net(content, **options):
    return Net(content, 'onnxruntime', **options)


@pytest.mark.parametrize('dtype', TYPES)
def test_every_element_type_passes_through(dtype):
    model = _model([helper.make_node('Identity', ['x'], ['y'])], [('x', dtype, ['n', 3])], [('y', dtype, ['n', 3])])
    x = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    net = _net(model)
    assert net.inputs[0].dtype == dtype
    y = net.run({'x': x})['y']
    assert y.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(y, x)


def test_dynamic_shapes_and_several_inputs_and_outputs():
    model = _model([helper.make_node('Add', ['a', 'b'], ['sum']), helper.make_node('Shape', ['a'], ['shape'])],
                   [('a', 'float32', ['n', 'm']), ('b', 'float32', [1, 'm'])],
                   [('sum', 'float32', ['n', 'm']), ('shape', 'int64', [2])])
    net = _net(model)
    for n, m in ((1, 4), (3, 2), (0, 5), (2, 7)):
        a, b = np.random.rand(n, m).astype('f4'), np.random.rand(1, m).astype('f4')
        out = net.run({'a': a, 'b': b})
        np.testing.assert_array_equal(out['sum'], a + b)
        np.testing.assert_array_equal(out['shape'], [n, m])


def test_threads_share_a_net_and_get_their_own_results():
    weight = helper.make_tensor('w', TensorProto.FLOAT, [8, 8], np.eye(8, dtype='f4').ravel())
    model = _model([helper.make_node('MatMul', ['x', 'w'], ['y'])], [('x', 'float32', ['n', 8])],
                   [('y', 'float32', ['n', 8])], [weight])
    net = _net(model, num_threads=1)
    wrong = []

    def call(seed):
        x = np.full((2, 8), seed, 'f4')
        for _ in range(100):
            if not np.array_equal(net.run({'x': x})['y'], x):
                wrong.append(seed)

    threads = [threading.Thread(target=call, args=(i, )) for i in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


def test_an_error_of_the_engine_names_inputs_and_shapes():
    shape = helper.make_tensor('s', TensorProto.INT64, [1], [6])
    model = _model([helper.make_node('Reshape', ['x', 's'], ['y'])], [('x', 'float32', ['n'])],
                   [('y', 'float32', [6])], [shape])
    net = _net(model)
    with pytest.raises(RuntimeError, match=r"onnxruntime failed with inputs 'x' 5: .*Reshape"):
        net.run({'x': np.zeros(5, 'f4')})
    np.testing.assert_array_equal(net.run({'x': np.zeros(6, 'f4')})['y'], np.zeros(6))  # still usable


@pytest.mark.parametrize('x, message', [
    (np.zeros((1, 4), 'f4'), r"input 'x' has shape 1x4, the network takes float32 \?x3"),
    (np.zeros(3, 'f4'), r"input 'x' has shape 3, the network takes float32 \?x3"),
    (np.zeros((1, 3), 'i4'), "input 'x' has element type int32, the network takes float32"),
])
def test_wrong_inputs_are_refused_before_the_engine(x, message):
    model = _model([helper.make_node('Identity', ['x'], ['y'])], [('x', 'float32', ['n', 3])],
                   [('y', 'float32', ['n', 3])])
    with pytest.raises(RuntimeError, match=message):
        _net(model).run({'x': x})


@pytest.mark.parametrize('content', [b'', b'\x00' * 40, b'{"inputs": []}', bytes(range(7, 256))],
                         ids=['empty', 'zeros', 'json', 'noise'])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(RuntimeError, match='onnxruntime cannot load|empty'):
        _net(content)


def test_a_truncated_model_is_refused():
    weight = helper.make_tensor('w', TensorProto.FLOAT, [64, 64], np.zeros(4096, 'f4'))
    model = _model([helper.make_node('MatMul', ['x', 'w'], ['y'])], [('x', 'float32', ['n', 64])],
                   [('y', 'float32', ['n', 64])], [weight])
    for keep in (10, len(model) // 2, len(model) - 5):
        with pytest.raises(RuntimeError, match='onnxruntime cannot load'):
            _net(model[:keep])


def test_sequences_are_refused_by_name():
    sequence = helper.make_tensor_sequence_value_info('y', TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node('SequenceConstruct', ['x'], ['y'])], 'g',
                              [helper.make_tensor_value_info('x', TensorProto.FLOAT, [1])], [sequence])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    with pytest.raises(RuntimeError, match="'y' is not a tensor; sequences and maps are not supported"):
        _net(model.SerializeToString())


def _doctor(**environment):
    return subprocess.run([str(COMMAND), 'doctor'], capture_output=True, text=True,
                          env={**os.environ, **environment}).stdout


def test_a_missing_library_says_what_to_do(tmp_path):
    text = _doctor(MMDEPLOY_ONNXRUNTIME_LIBRARY=str(tmp_path / 'none.so'))
    assert 'the library of ONNX Runtime is missing: cannot open library' in text
    assert 'install ONNX Runtime and name its file or folder in MMDEPLOY_ONNXRUNTIME_LIBRARY' in text


def test_an_old_library_is_refused_naming_both_versions(tmp_path):
    source = tmp_path / 'old.c'
    source.write_text("""
        static const void *GetApi(unsigned version) { return version > 8 ? 0 : (const void *)1; }
        static const char *GetVersion(void) { return "1.8.1"; }
        typedef struct { const void *(*get)(unsigned); const char *(*version)(void); } Base;
        const Base *OrtGetApiBase(void) { static Base base = {GetApi, GetVersion}; return &base; }
    """)
    library = tmp_path / 'libonnxruntime.so.1'
    subprocess.run(['cc', '-shared', '-fPIC', '-o', str(library), str(source)], check=True)
    text = _doctor(MMDEPLOY_ONNXRUNTIME_LIBRARY=str(tmp_path))
    assert 'ONNX Runtime is version 1.8.1, version 1.15 or newer is needed; update it' in text


def test_a_foreign_plugin_is_refused(tmp_path):
    source = tmp_path / 'plugin.c'
    source.write_text("""
        struct { unsigned magic, version; const char *compiler; int abi; const char *build; void *create; }
            d = {0x4d4d4450, 99, "cc", 1, "other", 0};
        const void *mmdeploy_engine_plugin(void) { return &d; }
    """)
    subprocess.run(['cc', '-shared', '-fPIC', '-o', str(tmp_path / 'libmmdeploy_onnxruntime.so'), str(source)],
                   check=True)
    text = _doctor(MMDEPLOY_ENGINE_PATH=str(tmp_path))
    assert 'has interface version 99, this library needs 1' in text
    assert 'use the plug-in that was built together with this library' in text


def test_a_wrong_device_is_refused():
    model = _model([helper.make_node('Identity', ['x'], ['y'])], [('x', 'float32', [1])], [('y', 'float32', [1])])
    with pytest.raises(RuntimeError, match="runs on 'cpu', found device 'cuda:0'"):
        _net(model, device_name='cuda')


