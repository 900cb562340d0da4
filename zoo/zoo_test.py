"""Trained models keep their accuracy in engines and in the SDK; all images and engines: `python -m zoo.accuracy`."""
import subprocess
import sys

import pytest

from mmdeploy.backend.base.native import get_engine_version
from zoo import accuracy

# Differences that a metric may have: mIoU in parts of 1, PSNR in dB.
CASES = {'mmseg': ('mIoU', 1e-3, 0.7), 'mmedit': ('PSNR', 0.02, 25)}
ENGINES = {'mmseg': ('onnxruntime', 'ncnn'), 'mmedit': ('onnxruntime', 'openvino')}
IMAGES = 12


@pytest.mark.parametrize('codebase', CASES)
def test_metrics_are_those_of_pytorch(codebase, tmp_path):
    metric, limit, least = CASES[codebase]
    entry = accuracy.ZOO[codebase]
    accuracy.make_data(codebase)
    expected = accuracy.evaluate(codebase, entry.configs['onnxruntime'], None, IMAGES)[metric]
    assert expected > least
    for engine in ENGINES[codebase]:
        if not get_engine_version(engine):
            continue
        config = accuracy.convert(codebase, engine, tmp_path / engine)
        files = accuracy.files_of(tmp_path / engine, engine)
        assert abs(accuracy.evaluate(codebase, config, files, IMAGES)[metric] - expected) <= limit, engine
    found = accuracy.evaluate(codebase, entry.sdk_config, [str(tmp_path / 'onnxruntime')], IMAGES)[metric]
    assert abs(found - expected) <= limit


@pytest.mark.parametrize('codebase', CASES)
def test_the_command_for_accuracy_compares_with_pytorch(codebase, tmp_path):
    """`tools/test.py --checkpoint` on the whole held-out data."""
    accuracy.make_data(codebase)
    entry = accuracy.ZOO[codebase]
    config = accuracy.convert(codebase, 'onnxruntime', tmp_path)
    base = f'zoo/{codebase}/{entry.name}'
    done = subprocess.run([sys.executable, 'tools/test.py', config, f'{base}.py', '--model',
                           str(tmp_path / 'end2end.onnx'), '--metrics', 'mIoU' if codebase == 'mmseg' else 'PSNR',
                           '--checkpoint', f'{base}.pth'], cwd=accuracy.ROOT, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert done.returncode == 0 and 'metrics of PyTorch' in output, output
    expected = 'largest difference of an area' if codebase == 'mmseg' else 'largest difference of PSNR'
    assert expected in output
