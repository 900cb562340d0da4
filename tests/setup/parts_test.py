"""The parts of dependencies.txt: what the demo installs is enough for it, and what everything installs replaces it."""
import importlib.metadata
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shell(code: str) -> str:
    """What a line says to which the functions of ./dev are known."""
    done = subprocess.run(['bash', '-euc', f'root={ROOT}; . scripts/lib.sh; . scripts/setup.sh; {code}'], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pins(arguments: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in shell(f'pins {arguments}').splitlines())


def test_parts_are_subsets_of_everything():
    for kind in ('apt', 'pip', 'wheel', 'deb', 'source'):
        everything = pins(kind)
        for part in shell('part_names').split():
            assert pins(f'{kind} {part}').items() <= everything.items()
    assert len(pins('pip demo')) < len(pins('pip')) / 2 and 'libtorch-dev' not in pins('apt demo')
    assert set(pins('source demo ncnn')) == {'ncnn'} and not pins('source demo openvino')
    version, sha256 = pins('deb demo')['libonnxruntime-dev'].split()
    assert version[0].isdigit() and len(sha256) == 64


def test_a_light_package_has_a_full_one_of_the_same_version():
    light, wheels = pins('light'), pins('wheel')
    assert light and all(wheels[f'{name}-full'] == version for name, version in light.items())


def test_an_unknown_part_is_refused():
    done = subprocess.run([ROOT / 'dev', 'setup', 'nccn'], capture_output=True, text=True)
    assert done.returncode == 1
    assert "there is no part 'nccn'; parts: demo ncnn openvino torchscript" in done.stderr


def test_the_environment_of_another_checkout_stays(tmp_path):
    """Making one empties the folder, behind a link as well."""
    (tmp_path / 'other').mkdir()
    (tmp_path / 'other/file').touch()
    (tmp_path / '.venv').symlink_to('other')
    assert shell(f'root={tmp_path}; make_venv || true').startswith('.venv is a link: remove it')
    assert (tmp_path / 'other/file').exists()


@pytest.fixture(scope='module')
def demo_environment(tmp_path_factory) -> dict[str, str]:
    """The system's Python with what the demo's part installs, of what everything has installed in .venv."""
    folder = tmp_path_factory.mktemp('packages')
    for name in pins('pip demo'):
        distribution = importlib.metadata.distribution(name)
        for top in {path.parts[0] for path in distribution.files if path.parts[0] not in ('..', '__pycache__')}:
            (folder / top).symlink_to(distribution.locate_file(top))
    # mmcv as on PyPI: that of mmcv-full less its compiled module.
    (folder / 'mmcv').mkdir()
    installed = Path(importlib.metadata.distribution('mmcv-full').locate_file('mmcv'))
    entries = [path for path in installed.iterdir() if not path.name.startswith('_ext.')]
    assert len(entries) == len(list(installed.iterdir())) - 1
    for path in entries:
        (folder / 'mmcv' / path.name).symlink_to(path)
    return {'PATH': '/usr/bin:/bin', 'HOME': os.environ.get('HOME', '/'),
            'PYTHONPATH': f'{folder}:{ROOT}:{ROOT}/build/lib'}


def python(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(['/usr/bin/python3', *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_demo_converts_with_what_its_part_installs(demo_environment, tmp_path):
    assert 'no pandas' in python(demo_environment, '-c', '''
try:
    import pandas
except ImportError:
    print('no pandas')
''')
    output = python(demo_environment, 'tools/deploy.py', 'configs/mmcls/classification_onnxruntime_dynamic.py',
                    'zoo/mmcls/resnet18_digits.py', 'zoo/mmcls/resnet18_digits.pth', 'zoo/mmcls/images/digit_7.png',
                    '--work-dir', str(tmp_path), '--dump-info')
    assert 'mmcv has no compiled operators (mmcv._ext)' in output and 'All process success' in output
    assert (tmp_path / 'end2end.onnx').exists() and (tmp_path / 'golden').is_dir()
    python(demo_environment, 'zoo/mmcls/make_digits.py', '--out', str(tmp_path / 'digits'))
