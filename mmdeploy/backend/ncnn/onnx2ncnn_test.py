"""Tests of the conversion from Python."""
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from onnx import parser

from mmdeploy.backend.base.native import get_engine_version

pytestmark = pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')

ROOT = Path(__file__).parents[3]


def model(op: str) -> onnx.ModelProto:
    return parser.parse_model('<ir_version: 8, opset_import: ["" : 13]> '
                              f'g (float[1,2] x) => (float[1,2] y) {{ y = {op}(x) }}')


def test_files_lie_beside_the_model(tmp_path):
    from mmdeploy.backend.ncnn.onnx2ncnn import get_output_model_file
    assert get_output_model_file(str(tmp_path / 'm.onnx')) == [
        str(tmp_path / 'm.param'), str(tmp_path / 'm.bin')]
    folder = tmp_path / 'new'
    assert get_output_model_file('m.onnx', str(folder)) == [
        str(folder / 'm.param'), str(folder / 'm.bin')]
    assert folder.is_dir()


def test_from_a_model(tmp_path):
    from mmdeploy.apis.ncnn import from_onnx
    from_onnx(model('Relu'), str(tmp_path / 'm'))
    layers = [line.split()[0] for line in (tmp_path / 'm.param').read_text().splitlines()]
    assert layers[0] == '7767517'
    assert 'ReLU' in layers
    assert (tmp_path / 'm.bin').exists()


def test_an_operator_that_ncnn_lacks(tmp_path):
    from mmdeploy.apis.ncnn import from_onnx
    with pytest.raises(RuntimeError, match='LpNormalization.*ncnn has no layer for it'):
        from_onnx(model('LpNormalization'), str(tmp_path / 'm'))
    assert not list(tmp_path.iterdir())


def test_tool(tmp_path):
    onnx.save(model('Relu'), tmp_path / 'm.onnx')
    subprocess.run([sys.executable, ROOT / 'tools/onnx2ncnn.py', tmp_path / 'm.onnx', tmp_path / 'm'],
                   check=True, env={'PYTHONPATH': str(ROOT), 'PATH': ''}, capture_output=True)
    assert (tmp_path / 'm.param').exists()
    names = [tmp_path / 'net' / 'a.param', tmp_path / 'net' / 'b.bin']
    subprocess.run([sys.executable, ROOT / 'tools/onnx2ncnn.py', tmp_path / 'm.onnx', *names],
                   check=True, env={'PYTHONPATH': str(ROOT), 'PATH': ''}, capture_output=True)
    assert sorted((tmp_path / 'net').iterdir()) == names
    assert names[0].read_bytes() == (tmp_path / 'm.param').read_bytes()


def test_program(tmp_path):
    from mmdeploy.backend.ncnn import get_onnx2ncnn_path
    program = get_onnx2ncnn_path()
    if not program:
        pytest.skip('mmdeploy_onnx2ncnn is not built')
    onnx.save(model('LpNormalization'), tmp_path / 'm.onnx')
    result = subprocess.run([program, 'm.onnx'], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert 'LpNormalization' in result.stderr
    onnx.save(model('Relu'), tmp_path / 'm.onnx')
    subprocess.run([program, 'm.onnx'], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / 'ncnn.param').exists()
    assert (tmp_path / 'ncnn.bin').exists()
