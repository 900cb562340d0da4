"""What the commands write, wherever it goes; `mmdeploy convert` and `mmdeploy_onnx2ncnn`."""
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import parser

from mmdeploy.backend.base.native import get_engine_version, import_native

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / 'build' / 'bin' / 'mmdeploy'
ONNX2NCNN = ROOT / 'build' / 'bin' / 'mmdeploy_onnx2ncnn'
needs_ncnn = pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')
needs_openvino = pytest.mark.skipif(not get_engine_version('openvino'), reason='OpenVINO is not built')


def _run(*arguments: object, program: Path = COMMAND, **keys) -> subprocess.CompletedProcess:
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=60, **keys)


def _model(body: str = 'y = Relu (x)', shape: str = '1,3,4,4', output: str = '') -> onnx.ModelProto:
    return parser.parse_model(f'<ir_version: 8, opset_import: ["" : 13]> g (float[{shape}] x) => '
                              f'(float[{output or shape}] y) {{ {body} }}')


@pytest.fixture
def model(tmp_path) -> Path:
    path = tmp_path / 'in' / 'm.onnx'
    path.parent.mkdir()
    onnx.save(_model(), path)
    return path


# Every command that writes a file: how it is called with the names of source and target.
WRITERS = {
    'optimize': lambda source, target: ('graph', 'optimize', source, target),
    'extract': lambda source, target: ('graph', 'extract', source, target),
    'set-output': lambda source, target: ('graph', 'set-output', source, target, 'y'),
    'print': lambda source, target: ('graph', 'print', source, '-o', target),
    'svg': lambda source, target: ('graph', 'print', source, '--format', 'svg', '-o', target),
    'convert': lambda source, target: ('convert', source, target, os.devnull),
}
if not get_engine_version('ncnn'):
    del WRITERS['convert']


@pytest.mark.parametrize('writer', WRITERS)
def test_files_links_modes_and_pipes(writer, model, tmp_path):
    call = WRITERS[writer]
    plain, real, link, fifo = (tmp_path / name for name in ('plain', 'real', 'link', 'fifo'))
    assert _run(*call(model, plain)).returncode == 0
    content = plain.read_bytes()
    assert content and stat.S_IMODE(plain.stat().st_mode) == 0o666 & ~_umask()

    real.write_bytes(b'old')
    real.chmod(0o640)
    link.symlink_to(real)
    assert _run(*call(model, link)).returncode == 0
    assert link.is_symlink() and real.read_bytes() == content and stat.S_IMODE(real.stat().st_mode) == 0o640

    os.mkfifo(fifo)
    reader = subprocess.Popen(['cat', fifo], stdout=subprocess.PIPE)
    assert _run(*call(model, fifo)).returncode == 0
    assert reader.communicate(timeout=30)[0] == content
    assert stat.S_ISFIFO(fifo.stat().st_mode)

    done = subprocess.run([COMMAND, *map(str, call(model, '-'))], capture_output=True)
    assert (done.returncode, done.stdout) == (0, content)
    assert sorted(p.name for p in tmp_path.iterdir()) == ['fifo', 'in', 'link', 'plain', 'real']


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize('writer', WRITERS)
def test_what_cannot_be_written_is_an_error(writer, model, tmp_path):
    for target, reason in (('/dev/full', 'No space left'), (tmp_path / 'no' / 'such', 'No such file'),
                           (tmp_path, 'folder')):
        done = _run(*WRITERS[writer](model, target))
        assert done.returncode == 2
        assert reason in done.stderr and str(target) in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize('engine', [
    pytest.param('ncnn', marks=pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')),
    pytest.param('openvino', marks=needs_openvino)])
def test_no_converter_makes_folders(engine, model, tmp_path):
    done = _run('convert', model, tmp_path / 'no' / 'such', '--engine', engine)
    assert done.returncode == 2 and 'No such file' in done.stderr
    assert not (tmp_path / 'no').exists()


PRINTING = [('graph', 'stats'), ('graph', 'print'), ('graph', 'stats', '--json'), ('--help', ),
            ('graph', 'optimize', '--list'), ('doctor', '--json')]


@pytest.mark.parametrize('arguments', PRINTING, ids=' '.join)
def test_a_full_standard_output_is_an_error(arguments, model):
    arguments = [*arguments, model] if arguments[0] == 'graph' and '--list' not in arguments else arguments
    with open('/dev/full', 'w') as full:
        done = subprocess.run([COMMAND, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert 'cannot write standard output' in done.stderr


@pytest.mark.skipif(not hasattr(os, 'sched_setaffinity'), reason='processes are not kept on processors here')
def test_processors_are_those_that_the_process_may_use():
    """As `taskset` and containers have it: more threads than processors wait for each other."""
    allowed = os.sched_getaffinity(0)
    for kept in ({min(allowed)}, allowed):
        done = _run('doctor', '--json', preexec_fn=lambda: os.sched_setaffinity(0, kept))  # noqa: B023
        assert json.loads(done.stdout)['processors'] == len(kept)


def test_models_from_a_pipe(model):
    for name in ('-', '/dev/stdin'):
        done = subprocess.run(f'cat {model} | {COMMAND} graph stats {name}', shell=True, capture_output=True, text=True)
        assert done.returncode == 0 and 'Relu' in done.stdout, done.stderr


def test_help_is_everywhere():
    programs = [(COMMAND, *words) for words in ((), ('infer', ), ('verify', ), ('inspect', ), ('doctor', ), ('graph', ),
                                                ('graph', 'print'), ('graph', 'stats'), ('graph', 'diff'),
                                                ('graph', 'extract'), ('graph', 'set-output'), ('graph', 'optimize'),
                                                ('convert', ))]
    programs.append((ONNX2NCNN, ))
    for program in programs:
        done = subprocess.run([*program, '--help'], capture_output=True, text=True)
        assert done.returncode == 0 and 'Usage' in done.stdout, program
    tools = [path for path in (ROOT / 'tools').glob('[!_]*.py') if 'parse_args' in path.read_text()]
    tools = [path for path in tools if not path.name.endswith('_test.py')]
    assert tools
    for tool in tools:
        done = subprocess.run([sys.executable, tool, '--help'], capture_output=True, text=True,
                              env={**os.environ, 'PYTHONPATH': str(ROOT)})
        assert done.returncode == 0 and 'usage' in done.stdout, (tool, done.stderr)


def test_every_engine_that_converts_is_offered():
    text = _run('convert', '--help').stdout
    offered = re.search(r'Engines: (.*?)\.', text)[1].split(', ')
    assert offered == [name for name in ('ncnn', 'openvino') if get_engine_version(name)]
    done = _run('convert', 'm.onnx', 'm', '--engine', 'onnxruntime')
    assert done.returncode == 2 and 'has no files of its own' in done.stderr
    done = _run('convert', 'm.onnx', 'm', '--engine', 'nccn')
    assert done.returncode == 2 and "did you mean 'ncnn'?" in done.stderr


# Models whose files must run like those of Python's convert(): other ranks than 4, several inputs.
SHAPES = [('1,30', 'y = Relu (x)', ''), ('1,4,30', 'y = Relu (x)', ''), ('1,3,8,8', 'y = Flatten (x)', '1,192'),
          ('1,3,2,8,8', 'y = Relu (x)', ''),
          ('1,3,8,8', 'y = ReduceMean <axes = [1,2,3], keepdims = 0> (x)', '1'),
          ('1,3,8,8', 'z = Neg (x) y = Sigmoid (z)', '')]


@pytest.mark.parametrize('engine', [pytest.param('ncnn', marks=needs_ncnn),
                                    pytest.param('openvino', marks=needs_openvino)])
@pytest.mark.parametrize('shape, body, output', SHAPES)
def test_one_way_to_the_files(engine, shape, body, output, tmp_path):
    native = import_native()
    model = _model(body, shape, output)
    path = tmp_path / 'm.onnx'
    onnx.save(model, path)
    python = native.convert(engine, str(path), tmp_path / 'python')
    suffixes = [Path(name).suffix for name in python]
    ways = {'prefix': (COMMAND, 'convert', path, tmp_path / 'prefix', '--engine', engine),
            'first': (COMMAND, 'convert', path, tmp_path / f'first{suffixes[0]}', '--engine', engine),
            'names': (COMMAND, 'convert', path, *(tmp_path / f'names{s}' for s in suffixes), '--engine', engine)}
    if engine == 'ncnn':
        ways['program'] = (ONNX2NCNN, path, *(tmp_path / f'program{s}' for s in suffixes))
    for way, arguments in ways.items():
        done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        for suffix in suffixes if engine == 'ncnn' else suffixes[1:]:  # OpenVINO numbers its nodes as it likes
            assert (tmp_path / (way + suffix)).read_bytes() == (tmp_path / f'python{suffix}').read_bytes(), way
    value = np.random.default_rng(0).normal(size=tuple(map(int, shape.split(',')))).astype('f4')
    got = native.Net(python[0], engine, weights=python[1]).run({'x': value})
    want = native.Net(str(path), 'onnxruntime').run({'x': value})
    np.testing.assert_allclose(got['y'], want['y'], rtol=1e-4, atol=1e-5)


@needs_ncnn
@pytest.mark.parametrize('name', ['my output', 'a\tb', 'x%20y z', '100%', 'ä ö', ' lead', 'a=b', '-1'])
def test_names_of_inputs_and_outputs_are_the_models_own(name, tmp_path):
    native = import_native()
    model = _model()
    model.graph.node[0].output[0] = model.graph.output[0].name = name
    model.graph.node[0].input[0] = model.graph.input[0].name = f'in {name}'
    files = native.convert('ncnn', model.SerializeToString(), tmp_path / 'm')
    net = native.Net(files[0], 'ncnn', weights=files[1])
    assert [info.name for info in net.inputs] == [f'in {name}']
    assert list(net.run({f'in {name}': np.ones((1, 3, 4, 4), 'f4')})) == [name]


@needs_ncnn
def test_a_name_that_ncnn_cannot_hold_is_refused(tmp_path):
    model = _model()
    model.graph.node[0].output[0] = model.graph.output[0].name = 'y' * 300
    with pytest.raises(RuntimeError, match="'yyyy.*has 300 bytes, ncnn's files hold up to 200"):
        import_native().convert('ncnn', model.SerializeToString(), tmp_path / 'm')


@needs_ncnn
def test_errors_are_one_line_with_all_nodes(tmp_path):
    path = tmp_path / 'm.onnx'
    model = _model('a = NonZero (x) d = Det (x) y = Trilu (x)')
    for name, kind, rank in (('a', onnx.TensorProto.INT64, 2), ('d', onnx.TensorProto.FLOAT, 2)):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, [None] * rank))
    onnx.save(model, path)
    for program, arguments in ((COMMAND, ('convert', )), (ONNX2NCNN, ())):
        done = _run(*arguments, path, tmp_path / 'a.param', tmp_path / 'a.bin', program=program)
        assert done.returncode != 0
        lines = done.stderr.splitlines()
        assert len(lines) == 1 and lines[0].startswith('error: ') and 'm.onnx' in lines[0]
        for word in ("(NonZero) making 'a'", "(Det) making 'd'", "(Trilu) making 'y'"):
            assert word in lines[0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ['m.onnx']


@needs_ncnn
def test_one_name_for_two_files_is_refused(model, tmp_path):
    for names in (('same', 'same'), ('same', './same'), ('-', '-')):
        for program, arguments in ((COMMAND, ('convert', )), (ONNX2NCNN, ())):
            done = _run(*arguments, model, *names, program=program, cwd=tmp_path)
            assert done.returncode != 0 and 'same file' in done.stderr
    assert not (tmp_path / 'same').exists()
    done = _run('convert', model, '-')
    assert done.returncode == 2 and 'standard output takes one file' in done.stderr
    done = _run('convert', model, 'a', 'b', 'c', cwd=tmp_path)
    assert done.returncode == 2 and '3 output files are named, the engine writes 2 (.param, .bin)' in done.stderr


@needs_openvino
def test_shapes_and_options(tmp_path):
    native = import_native()
    path = tmp_path / 'm.onnx'
    onnx.save(_model(shape='n,3,h,w'), path)

    def shape(*arguments):
        done = _run('convert', path, tmp_path / 'm', '--engine', 'openvino', *arguments)
        assert done.returncode == 0, done.stderr
        return repr(native.Net(str(tmp_path / 'm.xml'), 'openvino').inputs[0])

    assert shape() == 'x: float32 ?x3x?x?'
    assert shape('--shape', 'x:1,3,8,8') == 'x: float32 1x3x8x8'
    assert shape('--min-shape', 'x:1,3,4,4', '--max-shape', 'x:2,3,8,8') == 'x: float32 ?x3x?x? (1x3x4x4 .. 2x3x8x8)'
    assert shape('--option=--layout=nhwc->nchw', '--fp16') == 'x: float32 ?x?x?x3'
    for arguments, message in (
        (('--shape', 'x'), 'expected name:size'), (('--shape', 'x:'), 'cannot get the shape'),
        (('--shape', 'x:1,3,8'), 'cannot get the shape 1x3x8'), (('--shape', 'q:1,3,8,8'), "has no input 'q'"),
        (('--shape', 'x:1,4,8,8'), 'cannot get the shape 1x4x8x8'), (('--shape', 'x:0,3,8,8'), 'allowed: 1 and up'),
        (('--shape', 'x:1,3,-8,8'), 'expected name:size'), (('--shape', 'x:1,3,8,8,'), 'expected name:size'),
        (('--min-shape', 'x:1,3,8,8'), 'needs both'), (('--precision', 'INT7'), "found 'INT7'"),
        (('--option', '=3'), 'expected key=value'), (('--option', 'nonsense=3'), "'--nonsense': not known"),
    ):
        done = _run('convert', path, tmp_path / 'q', '--engine', 'openvino', *arguments)
        assert done.returncode == 2 and message in done.stderr, (arguments, done.stderr)
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / 'q.xml').exists()


@needs_openvino
def test_what_may_be_wrong_is_a_line_of_warning_per_node(tmp_path):
    model = parser.parse_model('<ir_version: 8, opset_import: ["" : 13]> g (int64[3] x, float[3] z) => '
                               '(int64[3] y, float[3] w) { [one] d = Div (x, x) [two] y = Mod (d, x) '
                               '[three] w = Div (z, z) }')
    onnx.save(model, tmp_path / 'm.onnx')
    done = _run('convert', tmp_path / 'm.onnx', tmp_path / 'm', '--engine', 'openvino')
    assert done.returncode == 0
    nodes = [re.search(r"openvino: node '(\w+)' \((\w+)\): integers", line) for line in done.stderr.splitlines()]
    assert [found and found.groups() for found in nodes] == [('one', 'Div'), ('two', 'Mod')]
