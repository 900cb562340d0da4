"""Models as other exporters write them: the tools take what engines take, and what they write runs."""
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper, parser

from mmdeploy import graph

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / 'build' / 'bin' / 'mmdeploy'
RANDOM = np.random.default_rng(0)


def _session(model: str | Path | bytes | onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if isinstance(model, onnx.ModelProto):
        model = model.SerializeToString()
    return onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model), options, providers=['CPUExecutionProvider'])


def _text(body: str, opset: int = 15) -> onnx.ModelProto:
    return parser.parse_model(f'<ir_version: 8, opset_import: ["" : {opset}]> {body}')


def _optimized(model: onnx.ModelProto) -> onnx.ModelProto:
    optimized = graph.load(model)
    optimized.optimize()
    return graph.to_onnx(optimized)


def _command(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True)


def test_a_wrong_declaration_is_a_warning(tmp_path):
    source, target = tmp_path / 'in.onnx', tmp_path / 'out.onnx'
    onnx.save(_text('g (float[1,2,3] x) => (float[1,seqlen] y) { y = Relu (x) }'), source)
    _session(source)
    for arguments in (['graph', 'stats', source], ['graph', 'print', source], ['graph', 'optimize', source, target]):
        done = _command(*arguments)
        assert done.returncode == 0, done.stderr
        assert b"(Relu) making 'y': output 'y' is declared as float32[1,seqlen], but the operator gives" in done.stderr
    assert [d.dim_value for d in onnx.load(target).graph.output[0].type.tensor_type.shape.dim] == [1, 2, 3]


def test_unknown_sizes_are_each_their_own():
    model = _text('g (float[1,3,q,q] x) => (float[a,b,c] y) <int64[1] i2 = {2}, int64[1] i3 = {3}, '
                  'int64[1] one = {1}> { s = Shape (x) a = Gather (s, i2) b = Gather (s, i3) '
                  't = Concat <axis = 0> (one, b, a) y = ConstantOfShape (t) }')
    for dim in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        dim.dim_param = '?'
    feed = {'x': RANDOM.normal(size=(1, 3, 4, 6)).astype('f4')}
    assert _session(model).run(None, feed)[0].shape == (1, 6, 4)
    assert _session(_optimized(model)).run(None, feed)[0].shape == (1, 6, 4)


def _untyped(name: str) -> onnx.ValueInfoProto:
    value = onnx.ValueInfoProto(name=name)
    value.type.SetInParent()
    return value


def test_values_without_a_type_stay_so(tmp_path):
    model = _text('g (float[2] x, bool c) => (float[2] y) { i = If (c) <then_branch = t () => (float[2] a) '
                  '{ a = Relu (x) }, else_branch = e () => (float[2] b) { b = Neg (x) }> y = Exp (i) }')
    for attribute in model.graph.node[0].attribute:
        attribute.g.output[0].CopyFrom(_untyped(attribute.g.output[0].name))
    _session(model)
    _session(graph.load(model).to_bytes())
    source, target = tmp_path / 'in.onnx', tmp_path / 'out.onnx'
    onnx.save(model, source)
    assert _command('graph', 'set-output', source, target, 'i', '--add').returncode == 0
    _session(target)


# The patterns of all fusions, of which x is any floating-point tensor.
FUSIONS = {
    'hard_swish': 'a = Add (x, three) b = Clip (a, zero, six) c = Mul (x, b) y = Div (c, six)',
    'hard_sigmoid': 'a = Add (x, three) b = Clip (a, zero, six) y = Div (b, six)',
    'gelu': 'a = Div (x, root) b = Erf (a) c = Add (b, one) d = Mul (x, c) y = Mul (d, half)',
    'gelu_tanh': 'a = Pow (x, three) b = Mul (a, coef) c = Add (x, b) d = Mul (c, pi) e = Tanh (d) f = Add (e, one) '
                 'h = Mul (x, half) y = Mul (h, f)',
    'clips': 'a = Relu (x) y = Clip (a, zero, six)',
    'relus': 'a = Relu (x) y = Relu (a)',
    'layer_norm': 'm = ReduceMean <axes = [-1]> (x) d = Sub (x, m) q = Mul (d, d) v = ReduceMean <axes = [-1]> (q) '
                  'k = Add (v, eps) r = Sqrt (k) n = Div (d, r) w = Mul (n, row) y = Add (w, row)',
    'gemm': 'a = MatMul (x, square) y = Add (a, row)',
    'scales': 'a = Mul (x, three) b = Add (a, one) y = Mul (b, half)',
}
CONSTANTS = dict(zero=0, one=1, three=3, six=6, half=.5, root=2**.5, coef=.044715, pi=(2 / np.pi)**.5, eps=1e-5,
                 row=np.linspace(.5, 1.5, 4), square=np.eye(4) * 2)


@pytest.mark.parametrize('opset', [13, 20])
@pytest.mark.parametrize('dtype', ['f2', 'f4', 'f8'])
@pytest.mark.parametrize('name', FUSIONS)
def test_fusions_give_what_engines_have(name, dtype, opset):
    body = FUSIONS[name]
    if opset >= 18:
        body = body.replace('ReduceMean <axes = [-1]> (x)', 'ReduceMean (x, last)')
        body = body.replace('ReduceMean <axes = [-1]> (q)', 'ReduceMean (q, last)')
    text = {'f2': 'float16', 'f4': 'float', 'f8': 'double'}[dtype]
    model = _text(f'g ({text}[2,4] x) => ({text}[2,4] y) {{ {body} }}', opset)
    for key, value in CONSTANTS.items():
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value, dtype), key))
    model.graph.initializer.append(numpy_helper.from_array(np.array([-1]), 'last'))
    try:
        session = _session(model)
    except Exception:
        pytest.skip('the engine lacks what the model has')
    feed = {'x': RANDOM.normal(size=(2, 4)).astype(dtype)}
    want, = session.run(None, feed)
    got, = _session(_optimized(model)).run(None, feed)
    np.testing.assert_allclose(got, want, rtol=2e-2 if dtype == 'f2' else 1e-5, atol=1e-2 if dtype == 'f2' else 1e-6)


def test_half_keeps_what_does_not_fit():
    arrays = dict(g=[1, 1], b=[0, 0], m=[500, 5], v=[9e7, 1e7])
    model = _text('g (float[1,2,8,8] x) => (float[1,2,8,8] y) { y = BatchNormalization (x, g, b, m, v) }')
    model.graph.initializer.extend(numpy_helper.from_array(np.array(v, 'f4'), k) for k, v in arrays.items())
    half = graph.load(model)
    half.infer()
    half.convert_to_half()
    feed = {'x': RANDOM.normal(size=(1, 2, 8, 8)).astype('f4') * 3000}
    want, got = (_session(m).run(None, feed)[0] for m in (model, graph.to_onnx(half)))
    assert np.abs(want - got).max() <= 1e-2 * np.abs(want).max()


@pytest.fixture
def two(tmp_path):
    path = tmp_path / 'two.onnx'
    onnx.save(_text('g (float[2] a, float[2] b) => (float[2] y, float[2] z) { s = Add (a, b) y = Relu (s) '
                    'z = Neg (s) }'), path)
    return path


def _names(path: Path) -> tuple[list[str], list[str]]:
    model = onnx.load(path).graph
    return [v.name for v in model.input], [v.name for v in model.output]


def test_extract_keeps_by_default_what_the_model_has(two, tmp_path):
    target = tmp_path / 'out.onnx'
    for arguments, names in (((), (['a', 'b'], ['y', 'z'])), (('--end', 'y'), (['a', 'b'], ['y'])),
                             (('--start', 's'), (['s'], ['y', 'z']))):
        done = _command('graph', 'extract', two, target, *arguments)
        assert done.returncode == 0, done.stderr
        assert _names(target) == names


def _with_name(name: bytes) -> bytes:
    model = _text('g (float[2] x) => (float[2] yyyyyyyy) { yyyyyyyy = Relu (x) }').SerializeToString()
    assert len(name) == 8
    return model.replace(b'yyyyyyyy', name)


@pytest.mark.parametrize('name', [b'y\x1b[31mre', b'\xff\xfe\x9a\x80abcd', b'\xc2\x9b31m\rzz'])
def test_names_do_not_steer_the_terminal(name, tmp_path):
    path = tmp_path / 'x.onnx'
    path.write_bytes(_with_name(name))
    for arguments in (['graph', 'print', path], ['graph', 'print', path, '--format', 'text', '--full'],
                      ['graph', 'print', path, '--format', 'svg'], ['graph', 'print', path, '--format', 'json'],
                      ['graph', 'stats', path, '--json'], ['graph', 'diff', path, path, '--json'],
                      ['graph', 'extract', path, path, '--end', 'z'], ['inspect', path],
                      ['convert', path, tmp_path / 'z', '--shape', 'q:2']):
        done = _command(*arguments)
        assert done.returncode in (0, 2), done.stderr
        for byte in b'\x1b\xff\x9b\x9a\r':
            assert byte not in done.stdout + done.stderr, arguments


def test_messages_about_names_that_are_no_text():
    broken = _text('g (float[2] x) => (float[2] y) { y = Relu (x) }')
    broken.graph.node[0].input[0] = 'xxxx'
    with pytest.raises(RuntimeError, match=r"input 0 is 'x\\x9a\\xffx'"):
        graph.load(broken.SerializeToString().replace(b'xxxx', b'x\x9a\xffx'))
    loaded = graph.load(_with_name(b'y\x9a\xff-----'))
    assert r'y\x9a\xff-----' in loaded.text() and r'y\x9a\xff-----' in loaded.table()
    with pytest.raises(ValueError, match=r"no value 'z'"):
        loaded.extract([('x', '')], [('z', '')])


def test_text_of_sizes_is_read_back():
    model = _text('g (float[n] x) => (float[m] y) <float[3] k = {1,2,3}> { c = Concat <axis = 0> (x, x) '
                  'y = Concat <axis = 0> (c, k) }')
    loaded = graph.load(model)
    loaded.infer()
    again = loaded.from_text(loaded.text(max_elements=100, value_types=True))
    dims = [d for v in [*graph.to_onnx(again).graph.value_info, *graph.to_onnx(again).graph.output]
            for d in v.type.tensor_type.shape.dim]
    assert all(d.dim_param for d in dims)


def test_print_shows_what_is_inside(tmp_path):
    path = tmp_path / 'x.onnx'
    onnx.save(_text('g (float[2] x, bool c) => (float[2] y) { y = If (c) <then_branch = t () => (float[2] a) '
                    '{ a = Relu (x) }, else_branch = e () => (float[2] b) { b = Neg (x) }> }'), path)
    lines = _command('graph', 'print', path).stdout.decode().splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ['0', 'If'], ['then_branch:'], ['0', 'Relu'], ['else_branch:'], ['0', 'Neg']
    ] or [line.split()[0] for line in lines[1:]] == ['0', 'else_branch:', '0', 'then_branch:', '0']



def _chain(random: np.random.Generator, kind: str) -> tuple[str, dict[str, np.ndarray]]:
    """Two to four nodes of a kind that passes merge, with constants; the input is float[6,7,5]."""
    lines, constants, name = [], {}, 'x'
    shape = [6, 7, 5]
    for i in range(int(random.integers(2, 5))):
        out = f't{i}'
        if kind == 'slice':
            axes = random.permutation(3)[:random.integers(1, 3)]
            starts, ends = random.integers(-3, 4, len(axes)), random.integers(1, 9, len(axes))
            ends = np.where(random.random(len(axes)) < .3, random.choice([-1, 2**31 - 1, 2**63 - 1]), ends)
            steps = np.where(random.random(len(axes)) < .3, 2, 1)
            for key, value in zip('seap', (starts, ends, axes, steps), strict=True):
                constants[f'{key}{i}'] = value.astype('i8')
            lines.append(f'{out} = Slice ({name}, s{i}, e{i}, a{i}, p{i})')
        elif kind == 'reduce':
            if not shape:
                break
            keep = int(random.integers(0, 2))
            axes = sorted(random.permutation(len(shape))[:random.integers(1, 3)].tolist())
            lines.append(f'{out} = ReduceM{random.choice(["ax", "ean"])} <axes = {axes}, keepdims = {keep}> ({name})')
            shape = [1 if d in axes else n for d, n in enumerate(shape) if keep or d not in axes]
        else:
            axis = random.choice([0, -3])  # both the first
            lines.append(f'{out} = Concat <axis = {axis}> ({", ".join(random.permutation([name, "x"]))})')
        name = out
    lines[-1] = lines[-1].replace(f'{name} =', 'y =', 1)
    return ' '.join(lines), constants


@pytest.mark.parametrize('kind', ['slice', 'reduce', 'concat'])
def test_merged_nodes_give_the_same(kind):
    random = np.random.default_rng(7)
    fewer = 0
    for _ in range(60):
        body, constants = _chain(random, kind)
        model = _text(f'g (float[{random.choice(["6,7,5", "a,b,c", "6,b,5"])}] x) => (float[] y) {{ {body} }}', 13)
        model.graph.output[0].CopyFrom(_untyped('y'))
        model.graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in constants.items())
        feed = {'x': random.normal(size=(6, 7, 5)).astype('f4')}
        want, = _session(model).run(None, feed)
        optimized = _optimized(model)
        got, = _session(optimized).run(None, feed)
        assert got.shape == want.shape, body
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6, err_msg=body)
        fewer += len(optimized.graph.node) < len(model.graph.node)
    assert fewer >= 10
