"""What tests that cross folders share: the built command and a converted model."""
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope='session')
def repository() -> Path:
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope='session')
def mmdeploy_command(repository) -> str:
    command = repository / 'build' / 'bin' / 'mmdeploy'
    assert command.exists(), 'the command is not built: run ./dev build'
    return str(command)


@pytest.fixture(scope='session')
def digits_model(repository, tmp_path_factory) -> Path:
    """The SDK model of the zoo's digits classifier for ONNX Runtime, with golden data."""
    work_dir = tmp_path_factory.mktemp('digits')
    subprocess.run([
        sys.executable, 'tools/deploy.py', 'configs/mmcls/classification_onnxruntime_dynamic.py',
        'zoo/mmcls/resnet18_digits.py', 'zoo/mmcls/resnet18_digits.pth', 'zoo/mmcls/images/digit_7.png',
        '--work-dir', str(work_dir), '--dump-info'
    ], cwd=repository, check=True, capture_output=True)
    return work_dir
