"""Tests of the graph library from Python, and of the command `mmdeploy graph`."""
import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from mmdeploy import graph

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / 'build' / 'bin' / 'mmdeploy'


class _Whole(nn.Module):
    """The model of the documentation's chapter on debugging ONNX models."""

    def __init__(self):
        super().__init__()

        def convs(count):
            return nn.Sequential(*(nn.Conv2d(3, 3, 3) for _ in range(count)))

        self.convs1, self.convs2, self.convs3, self.convs4 = convs(3), convs(2), convs(2), convs(4)

    def forward(self, x):
        x = self.convs1(x)
        return self.convs4(self.convs2(x) + self.convs3(x))


def _run(path: Path, *inputs: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    names = [value.name for value in session.get_inputs()]
    outputs = [value.name for value in session.get_outputs()]
    return dict(zip(outputs, session.run(None, dict(zip(names, inputs, strict=True))), strict=True))


@pytest.fixture(scope='module')
def whole(tmp_path_factory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('whole') / 'whole.onnx'
    torch.onnx.export(_Whole(), torch.randn(1, 3, 20, 20), str(path), input_names=['x'], output_names=['y'])
    return path


@pytest.fixture(scope='module')
def edges(whole) -> dict[str, str]:
    """Names of the edges that the chapter shows: after convs1, convs2, convs3, the sum."""
    nodes = onnx.load(whole).graph.node
    add = next(n for n in nodes if n.op_type == 'Add')
    return dict(stem=nodes[2].output[0], inside=nodes[3].output[0], left=add.input[0], right=add.input[1],
                total=add.output[0])


def _command(*arguments, status: int = 0) -> str:
    done = subprocess.run([COMMAND, 'graph', *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status != 2 else done.stderr


X = np.random.default_rng(0).standard_normal((1, 3, 20, 20)).astype(np.float32)


def test_a_part_gives_what_the_whole_gave(whole, edges, tmp_path):
    debug, part = tmp_path / 'debug.onnx', tmp_path / 'part.onnx'
    _command('set-output', whole, debug, edges['stem'], edges['left'], edges['total'], '--add')
    values = _run(debug, X)
    assert list(values) == ['y', edges['stem'], edges['left'], edges['total']]
    np.testing.assert_allclose(values['y'], _run(whole, X)['y'], rtol=1e-5, atol=1e-6)

    out = _command('extract', whole, part, '--start', edges['stem'], '--end', edges['total'], edges['left'])
    assert '5 nodes, 1 inputs, 2 outputs' in out
    onnx.checker.check_model(onnx.load(part), full_check=True)
    np.testing.assert_allclose(
        _run(part, values[edges['stem']])[edges['total']], values[edges['total']], rtol=1e-5, atol=1e-6)


def test_disjoint_parts_chain(whole, edges, tmp_path):
    cuts = [(['x'], [edges['stem']]), ([edges['stem']], [edges['left']]), ([edges['stem']], [edges['right']]),
            ([edges['left'], edges['right']], ['y'])]
    paths = []
    for i, (start, end) in enumerate(cuts):
        paths.append(tmp_path / f'debug_{i}.onnx')
        _command('extract', whole, paths[-1], '--start', *start, '--end', *end)
    stem = _run(paths[0], X)[edges['stem']]
    left, right = _run(paths[1], stem)[edges['left']], _run(paths[2], stem)[edges['right']]
    np.testing.assert_allclose(_run(paths[3], left, right)['y'], _run(whole, X)['y'], rtol=1e-4, atol=1e-5)


def test_redundant_and_missing_inputs(whole, edges, tmp_path):
    part = tmp_path / 'part.onnx'
    out = _command('extract', whole, part, '--start', edges['stem'], 'x', '--end', edges['total'])
    assert "note: input 'x' does not influence the outputs" in out
    assert [v.name for v in onnx.load(part).graph.input] == [edges['stem'], 'x']

    part.unlink()
    message = _command(
        'extract', whole, part, '--start', edges['inside'], '--end', edges['total'], status=2)
    assert f"cannot be computed from the inputs '{edges['inside']}': '{edges['right']}' is missing" in message
    assert not part.exists()


def test_inputs_and_outputs_are_renamed(whole, edges, tmp_path):
    part = tmp_path / 'part.onnx'
    out = _command('extract', whole, part, '--start', f'{edges["left"]}=a', f'{edges["right"]}=b', '--end',
                   f'{edges["total"]}=sum')
    assert f"note: '{edges['total']}' is called 'sum' in the part" in out
    ones = np.ones((1, 3, 10, 10), np.float32)
    np.testing.assert_array_equal(_run(part, ones, 2 * ones)['sum'], 3 * ones)


def test_print_and_stats(whole, tmp_path):
    table = _command('print', whole)
    assert table.count('\n') == 13 and 'y float32[1,3,2,2]' in table
    text = tmp_path / 'whole.txt'
    _command('print', whole, '--format', 'text', '--full', '-o', text)
    # The text is ONNX's own.
    parsed = onnx.parser.parse_model(text.read_text())
    onnx.checker.check_model(parsed, full_check=True)
    onnx.save(parsed, tmp_path / 'parsed.onnx')
    np.testing.assert_allclose(_run(tmp_path / 'parsed.onnx', X)['y'], _run(whole, X)['y'], rtol=1e-4, atol=1e-5)
    picture = _command('print', whole, '--format', 'svg')
    assert picture.startswith('<svg ') and picture.count('<g>') == 14

    stats = json.loads(_command('stats', whole, '--json'))
    assert stats['operators'] == dict(Add=1, Conv=11)
    assert stats['parameters'] == sum(p.numel() for p in _Whole().parameters())
    assert stats['flops'] == 2 * stats['macs'] > 0
    assert 'Conv' in _command('stats', whole)
    assert "the model has no input 'X', allowed: 'x'; did you mean 'x'?" in _command(
        'stats', whole, '--shape', 'X:1,3,20,20', status=2)
    assert "--shape is 'x', expected name:size,size,..." in _command('stats', whole, '--shape', 'x', status=2)


def test_diff(whole, tmp_path):
    assert '12 nodes are equal, 0 lines of changes' in _command('diff', whole, whole)
    model = onnx.load(whole)
    model.graph.node[3].attribute.append(onnx.helper.make_attribute('auto_pad', 'NOTSET'))
    other = tmp_path / 'other.onnx'
    onnx.save(model, other)
    out = _command('diff', whole, other, status=1)
    assert f'{model.graph.node[3].name}: attribute auto_pad (absent) became string = "NOTSET"' in out
    model.graph.node[3].attribute[3].ints[:] = [1, 1, 1, 1]
    onnx.save(model, other)
    assert "node '/Add' (Add): dimensions 12 and 10 do not broadcast" in _command('diff', whole, other, status=2)


def test_optimize(whole, tmp_path):
    from torchvision.models import mobilenet_v3_small
    path, smaller = tmp_path / 'm.onnx', tmp_path / 's.onnx'
    torch.onnx.export(mobilenet_v3_small().eval(), torch.rand(1, 3, 32, 32), str(path), opset_version=14)
    out = _command('optimize', path, smaller)
    model, optimized = graph.load(path), graph.load(smaller)
    assert f'{optimized.num_nodes} nodes, before {model.num_nodes}' in out
    assert optimized.num_nodes < model.num_nodes
    x = np.random.default_rng(1).random((1, 3, 32, 32), np.float32)
    expected, found = (list(_run(p, x).values())[0] for p in (path, smaller))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert 'fuse_conv_batch_norm' in _command('optimize', '--list')
    assert "did you mean 'remove_identity'?" in _command(
        'optimize', path, smaller, '--only', 'remove_identitty', status=2)


def test_external_weights(whole, tmp_path):
    model = graph.load(whole)
    model.save(str(tmp_path / 'e.onnx'), external_data=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ['e.onnx']  # all weights are small
    big = onnx.helper.make_model(
        onnx.helper.make_graph([onnx.helper.make_node('Mul', ['x', 'w'], ['y'])], 'g',
                               [onnx.helper.make_tensor_value_info('x', 1, [1000])],
                               [onnx.helper.make_tensor_value_info('y', 1, [1000])],
                               [onnx.numpy_helper.from_array(np.arange(1000, dtype=np.float32), 'w')]),
        opset_imports=[onnx.helper.make_opsetid('', 17)], ir_version=8)
    graph.load(big).save(str(tmp_path / 'b.onnx'), external_data=True)
    assert (tmp_path / 'b.onnx.data').stat().st_size == 4000
    np.testing.assert_array_equal(_run(tmp_path / 'b.onnx', np.ones(1000, np.float32))['y'], np.arange(1000))
    assert graph.load(tmp_path / 'b.onnx').diff(graph.load(big)) == graph.load(big).diff(graph.load(big))


def test_errors_are_pythons(whole, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"file '.*none.onnx' does not exist"):
        graph.load(tmp_path / 'none.onnx')
    with pytest.raises(RuntimeError, match='it is not an ONNX model, or it is damaged'):
        graph.load(b'\xff' * 100)
    with pytest.raises(ValueError, match="the graph has no value 'z'"):
        graph.load(whole).extract([('x', '')], [('z', '')])
    assert "error: file 'none.onnx' does not exist" in _command('print', 'none.onnx', status=2)


def test_opsets_back_to_7(tmp_path):
    for opset in (7, 9, 11, 13, 17):
        path = tmp_path / f'{opset}.onnx'
        torch.onnx.export(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU6(), nn.MaxPool2d(2), nn.Flatten()),
                          torch.rand(1, 3, 8, 8), str(path), opset_version=opset)
        model = graph.load(path)
        model.infer()
        assert model.problems() == []
        assert onnx.load(path).opset_import[0].version == opset
