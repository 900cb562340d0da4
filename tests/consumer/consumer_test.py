"""A user's project against the installed SDK: install, find_package, build, run."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / 'mmdeploy/task/classifier/golden/model'


def run(*command: object) -> str:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert result.returncode == 0, f'{command}\n{result.stdout}\n{result.stderr}'
    return result.stdout


@pytest.fixture(scope='module')
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp('sdk')
    run('cmake', '--install', ROOT / 'build', '--prefix', prefix)
    return prefix


def build(source: Path, folder: Path, installed: Path) -> None:
    run('cmake', '-S', source, '-B', folder, '-G', 'Ninja', f'-DMMDeploy_DIR={installed}/lib/cmake/MMDeploy')
    run('cmake', '--build', folder)


def test_a_users_project(installed: Path, tmp_path: Path) -> None:
    build(ROOT / 'tests/consumer', tmp_path, installed)
    outputs = {run(tmp_path / name, MODEL) for name in ('consumer_c', 'consumer_cxx', 'consumer_modules')}
    assert len(outputs) == 1 and outputs.pop().startswith('label ')


def test_the_demos_build_against_the_installed_sdk(installed: Path, tmp_path: Path) -> None:
    import cv2
    import numpy as np
    build(ROOT / 'demo/csrc', tmp_path, installed)
    image = tmp_path / 'image.png'
    cv2.imwrite(str(image), np.full((8, 8, 3), 128, np.uint8))
    outputs = {run(tmp_path / name, 'cpu', MODEL, image) for name in ('image_classification', 'classifier')}
    assert len(outputs) == 1 and 'label: ' in outputs.pop()


def test_installed_programs_find_their_libraries(installed: Path, tmp_path: Path) -> None:
    import cv2
    import numpy as np
    image = tmp_path / 'image.png'
    cv2.imwrite(str(image), np.full((8, 8, 3), 128, np.uint8))
    assert 'label: ' in run('env', '-u', 'LD_LIBRARY_PATH', installed / 'bin/image_classification', 'cpu', MODEL, image)
    code = f"import mmdeploy_python as m; print(m.__file__, m.Classifier({str(MODEL)!r}, 'cpu'))"
    found = run('env', '-u', 'LD_LIBRARY_PATH', f'PYTHONPATH={installed}/lib/python', '/usr/bin/python3', '-S', '-c',
                code)
    assert str(installed) in found


def test_nothing_installed_names_the_build_machine(installed: Path) -> None:
    files = [path for path in installed.rglob('*') if path.is_file() and not path.is_symlink()]
    for path in files:
        assert str(ROOT).encode() not in path.read_bytes(), path
    programs = [path for path in files if path.read_bytes()[:4] == b'\x7fELF']
    assert {'mmdeploy', 'libmmdeploy_ncnn.so', 'classifier'} <= {path.name for path in programs}
    for path in programs:
        folders = re.findall(r'\((?:RUNPATH|RPATH)\).*\[(.*)\]', run('readelf', '-d', path))
        for folder in ':'.join(folders).split(':'):
            assert folder == '' or folder.startswith('$ORIGIN'), f'{path}: {folder}'


def test_the_installed_command_has_every_engine_and_runs_a_model(installed: Path, digits_model: Path) -> None:
    command = ('env', '-u', 'LD_LIBRARY_PATH', '-u', 'MMDEPLOY_ENGINE_PATH', installed / 'bin/mmdeploy')
    engines = run(*command, 'doctor').split('engines', 1)[1]
    assert {'onnxruntime', 'openvino', 'ncnn', 'torchscript'} <= set(engines.split()) and 'missing' not in engines
    output = run(*command, 'infer', digits_model, ROOT / 'zoo/mmcls/images/digit_7.png')
    assert 'label 7 seven' in output


def test_the_installed_python_modules_and_demos_run(installed: Path, digits_model: Path) -> None:
    environment = ('env', '-u', 'LD_LIBRARY_PATH', f'PYTHONPATH={installed}/lib/python')
    code = 'import mmdeploy_graph, mmdeploy_op, mmdeploy_runtime as r; print(mmdeploy_graph, mmdeploy_op, r)'
    assert run(*environment, sys.executable, '-c', code).count(str(installed)) == 3
    output = run(*environment, sys.executable, installed / 'example/python/image_classification.py', 'cpu',
                 digits_model, ROOT / 'zoo/mmcls/images/digit_7.png')
    assert '7' in output


def test_installed_headers_are_the_public_ones(installed: Path) -> None:
    headers = {path.relative_to(installed / 'include/mmdeploy').as_posix()
               for path in (installed / 'include').rglob('*') if path.is_file()}
    assert headers == {path.name for path in (ROOT / 'include/mmdeploy').iterdir()}
