"""Trained models keep their accuracy in engines and in the SDK; all images and engines: `python -m zoo.accuracy`."""
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdeploy.backend.base.native import get_engine_version
from zoo import accuracy

# Differences that a metric may have: mIoU and shares of words in parts of 1, PSNR in dB.
CASES = {'mmseg': ('mIoU', 1e-3, 0.7), 'mmedit': ('PSNR', 0.02, 25),
         'mmocr/detection': ('hmean-iou:hmean', 2e-3, 0.8), 'mmocr/recognition': ('word_acc', 2e-3, 0.8)}
ENGINES = {'mmseg': ('onnxruntime', 'ncnn'), 'mmedit': ('onnxruntime', 'openvino'),
           'mmocr/detection': ('onnxruntime', ), 'mmocr/recognition': ('onnxruntime', )}
IMAGES = 12
# The metric that tools/test.py is asked for, and what it says of PyTorch's results.
COMMANDS = {'mmseg': ('mIoU', 'largest difference of an area'), 'mmedit': ('PSNR', 'largest difference of PSNR'),
            'mmocr/recognition': ('acc', 'same text')}


@pytest.fixture(scope='module')
def converted(tmp_path_factory) -> Callable[[str, str], tuple[str, Path]]:
    """Return what converts a model for an engine, once: deploy config and folder of an SDK model."""
    done: dict[tuple[str, str], tuple[str, Path]] = {}

    def get(name: str, engine: str) -> tuple[str, Path]:
        if (name, engine) not in done:
            accuracy.make_data(name)
            folder = tmp_path_factory.mktemp('zoo')
            done[name, engine] = accuracy.convert(name, engine, folder), folder
        return done[name, engine]

    return get


@pytest.mark.parametrize('name', CASES)
def test_metrics_are_those_of_pytorch(name, converted):
    metric, limit, least = CASES[name]
    entry = accuracy.ZOO[name]
    accuracy.make_data(name)
    expected = accuracy.evaluate(name, entry.configs['onnxruntime'], None, IMAGES)[metric]
    assert expected > least
    for engine in ENGINES[name]:
        if not get_engine_version(engine):
            continue
        config, folder = converted(name, engine)
        files = accuracy.files_of(folder, engine)
        assert abs(accuracy.evaluate(name, config, files, IMAGES)[metric] - expected) <= limit, engine
    found = accuracy.evaluate(name, entry.sdk_config, [str(converted(name, 'onnxruntime')[1])], IMAGES)[metric]
    assert abs(found - expected) <= limit


@pytest.mark.parametrize('name', COMMANDS)
def test_the_command_for_accuracy_compares_with_pytorch(name, converted):
    """`tools/test.py --checkpoint` on the whole held-out data."""
    config, folder = converted(name, 'onnxruntime')
    base = f'zoo/{name.partition("/")[0]}/{accuracy.ZOO[name].name}'
    metric, said = COMMANDS[name]
    done = subprocess.run([sys.executable, 'tools/test.py', config, f'{base}.py', '--model',
                           str(folder / 'end2end.onnx'), '--metrics', metric, '--checkpoint', f'{base}.pth'],
                          cwd=accuracy.ROOT, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert done.returncode == 0 and 'metrics of PyTorch' in output, output
    assert said in output
