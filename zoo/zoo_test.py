"""Trained models keep their accuracy in engines and in the SDK; all images and engines: `python -m zoo.accuracy`."""
import subprocess
import sys
from pathlib import Path

import pytest

from mmdeploy.backend.base.native import get_engine_version
from zoo import accuracy

# Differences that a metric may have: mIoU in parts of 1, PSNR in dB.
CASES = {'mmseg': ('mIoU', 1e-3, 0.7), 'mmedit': ('PSNR', 0.02, 25), 'mmpose': ('PCK', 0.0, 0.9)}
ENGINES = {'mmseg': ('onnxruntime', 'ncnn'), 'mmedit': ('onnxruntime', 'openvino'),
           'mmpose': ('onnxruntime', )}
IMAGES = 12


@pytest.fixture(scope='module')
def convert(tmp_path_factory):
    """Give a function that converts the model of a code base for an engine, once: its folder and deploy config."""
    done = {}

    def convert(codebase: str, engine: str) -> tuple[Path, str]:
        if (codebase, engine) not in done:
            folder = tmp_path_factory.mktemp(f'{codebase}_{engine}')
            done[codebase, engine] = folder, accuracy.convert(codebase, engine, folder)
        return done[codebase, engine]

    return convert


@pytest.mark.parametrize('codebase', CASES)
def test_metrics_are_those_of_pytorch(codebase, convert, tmp_path):
    metric, limit, least = CASES[codebase]
    entry = accuracy.ZOO[codebase]
    accuracy.make_data(codebase)
    expected = accuracy.evaluate(codebase, entry.configs['onnxruntime'], None, IMAGES).metrics[metric]
    assert expected > least
    for engine in ENGINES[codebase]:
        if not get_engine_version(engine):
            continue
        folder, config = convert(codebase, engine)
        files = accuracy.files_of(folder, engine)
        assert abs(accuracy.evaluate(codebase, config, files, IMAGES).metrics[metric] - expected) <= limit, engine
    config = accuracy.deploy_config(codebase, 'sdk', tmp_path)
    found = accuracy.evaluate(codebase, config, [str(convert(codebase, 'onnxruntime')[0])], IMAGES).metrics[metric]
    assert abs(found - expected) <= limit


@pytest.mark.parametrize('codebase', CASES)
def test_the_command_for_accuracy_compares_with_pytorch(codebase, convert):
    """`tools/test.py --checkpoint` on the whole held-out data."""
    accuracy.make_data(codebase)
    entry = accuracy.ZOO[codebase]
    folder, config = convert(codebase, 'onnxruntime')
    base = f'zoo/{codebase}/{entry.name}'
    done = subprocess.run([sys.executable, 'tools/test.py', config, f'{base}.py', '--model',
                           str(folder / 'end2end.onnx'), '--metrics', CASES[codebase][0],
                           '--checkpoint', f'{base}.pth'], cwd=accuracy.ROOT, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert done.returncode == 0 and 'metrics of PyTorch' in output, output
    expected = dict(mmseg='an area', mmedit='PSNR', mmpose='a score')
    assert f'largest difference of {expected[codebase]}' in output
