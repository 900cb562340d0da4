"""What is particular to the C++ engine `onnxruntime`; what all engines do is in tests/conformance."""
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'build' / 'lib'))
from mmdeploy_python import Net  # noqa: E402

COMMAND = ROOT / 'build' / 'bin' / 'mmdeploy'


def _model(nodes, inputs, outputs, initializers=()):
    """Bytes of a model; inputs and outputs are (name, numpy type name, shape)."""
    def info(name, dtype, shape):
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)

    graph = helper.make_graph(nodes, 'g', [info(*i) for i in inputs], [info(*o) for o in outputs],
                              initializer=list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()


def _net(content, **options):
    return Net(content, 'onnxruntime', **options)


def _matmul(dtype='float32', size=8):
    weight = helper.make_tensor('w', helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), [size, size],
                                (np.eye(size) * 2).ravel())
    return _model([helper.make_node('MatMul', ['x', 'w'], ['y'])], [('x', dtype, ['n', size])],
                  [('y', dtype, ['n', size])], [weight])


def test_a_model_of_16_bit_floats_calculates():
    net = _net(_matmul('float16'))
    assert (net.inputs[0].dtype, net.outputs[0].dtype) == ('float16', 'float16')
    x = np.arange(16, dtype='f2').reshape(2, 8)
    np.testing.assert_array_equal(net.run({'x': x})['y'], x * 2)


@pytest.mark.skipif(platform.machine() != 'x86_64', reason='other processors have 16-bit kernels')
def test_16_bit_floats_are_said_to_be_calculated_in_32():
    assert _net(_matmul('float16'), precision='FP16').precision == 'float32'
    assert _net(_matmul()).precision == ''


@pytest.mark.parametrize('options', [
    {'graph_optimization_level': 'disable'}, {'graph_optimization_level': 'basic'},
    {'graph_optimization_level': 'extended'}, {'graph_optimization_level': 'all'},
    {'execution_mode': 'parallel', 'inter_op_num_threads': '2'}, {'execution_mode': 'sequential'},
    {'intra_op_num_threads': '1'}, {'intra_op_num_threads': '1024'},
    {'enable_cpu_mem_arena': '0', 'enable_mem_pattern': '0'}, {'enable_cpu_mem_arena': '1', 'enable_mem_pattern': '1'},
], ids=str)
def test_options_of_the_session(options):
    x = np.ones((2, 8), 'f4')
    np.testing.assert_array_equal(_net(_matmul(), engine_options=options).run({'x': x})['y'], x * 2)


@pytest.mark.parametrize('options, message', [
    ({'graph_optimization_level': 'bassic'}, "is 'bassic', allowed: .*; did you mean 'basic'"),
    ({'inter_op_num_threads': '0'}, r"'inter_op_num_threads' is '0', allowed: '1\.\.1024'"),
    ({'intra_op_num_threads': '-1'}, r"'intra_op_num_threads' is '-1', allowed: '1\.\.1024'"),
    ({'inter_op_num_threads': 'two'}, "'inter_op_num_threads' is 'two', allowed"),
    ({'enable_cpu_mem_arena': 'yes'}, "'enable_cpu_mem_arena' is 'yes', allowed: '0', '1'"),
    ({'session.debug': '1'}, "has no option 'session.debug', allowed: 'enable_cpu_mem_arena', 'enable_mem_pattern', "),
], ids=str)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(RuntimeError, match=message):
        _net(_matmul(), engine_options=options)


def test_an_error_of_the_engine_names_inputs_and_shapes():
    shape = helper.make_tensor('s', TensorProto.INT64, [1], [6])
    model = _model([helper.make_node('Reshape', ['x', 's'], ['y'])], [('x', 'float32', ['n'])],
                   [('y', 'float32', [6])], [shape])
    with pytest.raises(RuntimeError, match=r"onnxruntime cannot run with inputs 'x' 5: .*Reshape"):
        _net(model).run({'x': np.zeros(5, 'f4')})


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
    assert 'ONNX Runtime is version 1.8.1, version 1.17 or newer is needed; update it' in text


def test_a_plugin_whose_library_is_missing_says_what_to_do(tmp_path):
    (tmp_path / 'a.c').write_text('int needed(void) { return 0; }')
    (tmp_path / 'b.c').write_text('int needed(void); int plugin(void) { return needed(); }')
    for command in ('-o libneeded.so a.c', '-o libmmdeploy_onnxruntime.so b.c -L. -lneeded'):
        subprocess.run(['cc', '-shared', '-fPIC', *command.split()], cwd=tmp_path, check=True)
    (tmp_path / 'libneeded.so').unlink()
    text = _doctor(MMDEPLOY_ENGINE_PATH=str(tmp_path))
    assert 'libneeded.so: cannot open shared object file' in text
    assert 'install what the engine needs (README.md in mmdeploy/backend/<engine>), or name the folder' in text


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


_OPS = """
    #include <stdlib.h>
    #include <stdio.h>
    void *RegisterCustomOps(void *options, const void *api) {
        FILE *file = fopen(getenv("MMDEPLOY_TEST_MARKER"), "w");
        if (file) fclose(file);
        return 0;
    }
"""


def _run_with_ops(library: Path, marker: Path) -> subprocess.CompletedProcess:
    code = (f'import sys; sys.path.insert(0, {str(ROOT / "build" / "lib")!r}); from mmdeploy_python import Net; '
            f'Net({_matmul()!r}, "onnxruntime")')
    environment = {**os.environ, 'MMDEPLOY_ONNXRUNTIME_OPS_LIBRARY': str(library), 'MMDEPLOY_TEST_MARKER': str(marker)}
    return subprocess.run([sys.executable, '-c', code], env=environment, capture_output=True, text=True)


def test_a_library_of_custom_operators_is_registered(tmp_path):
    (tmp_path / 'ops.c').write_text(_OPS)
    subprocess.run(['cc', '-shared', '-fPIC', '-o', 'ops.so', 'ops.c'], cwd=tmp_path, check=True)
    done = _run_with_ops(tmp_path / 'ops.so', tmp_path / 'marker')
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'marker').exists()


def test_a_missing_library_of_custom_operators_is_named(tmp_path):
    done = _run_with_ops(tmp_path / 'none.so', tmp_path / 'marker')
    assert done.returncode != 0
    assert f"onnxruntime cannot use the custom operators of '{tmp_path / 'none.so'}'" in done.stderr
