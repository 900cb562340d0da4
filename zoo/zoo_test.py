"""Trained models keep their accuracy in engines and in the SDK; all images and engines: `python -m zoo.accuracy`."""
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from mmdeploy.backend.base.native import get_engine_version
from zoo import accuracy


class Case(NamedTuple):
    """What some images of a model's data must give."""

    metric: str
    limit: float  # of a difference: parts of 1, PSNR in dB
    least: float
    engines: tuple[str, ...]


CASES = {
    'unet_digits': Case('mIoU', 1e-3, 0.7, ('onnxruntime', 'ncnn')),
    'edsr_photos': Case('PSNR', 0.02, 25, ('onnxruntime', 'openvino')),
    'retinanet_digits': Case('bbox_mAP', 2e-3, 0.6, ('onnxruntime', 'ncnn')),
    'dbnet_texts': Case('hmean-iou:hmean', 2e-3, 0.8, ('onnxruntime', )),
    'crnn_texts': Case('word_acc', 2e-3, 0.8, ('onnxruntime', )),
    'hrnet_stick_figures': Case('PCK', 0.0, 0.9, ('onnxruntime', )),
    'mask_rcnn_digits': Case('segm_mAP', 2e-3, 0.6, ('onnxruntime', )),
}
IMAGES = 12


@pytest.fixture(scope='module')
def convert(tmp_path_factory):
    """Give a function that converts a model for an engine, once: its folder and deploy config."""
    done = {}

    def convert(name: str, engine: str) -> tuple[Path, str]:
        if (name, engine) not in done:
            folder = tmp_path_factory.mktemp(f'{name}_{engine}')
            done[name, engine] = folder, accuracy.convert(name, engine, folder)
        return done[name, engine]

    return convert


@pytest.mark.parametrize('name', CASES)
def test_metrics_are_those_of_pytorch(name, convert, tmp_path):
    case, entry = CASES[name], accuracy.ZOO[name]
    accuracy.make_data(name)
    expected = accuracy.evaluate(name, entry.configs['onnxruntime'], None, IMAGES).metrics[case.metric]
    assert expected > case.least
    engines = [engine for engine in case.engines if get_engine_version(engine)]
    for engine in engines:
        folder, config = convert(name, engine)
        files = accuracy.files_of(folder, engine)
        found = accuracy.evaluate(name, config, files, IMAGES).metrics[case.metric]
        assert abs(found - expected) <= case.limit, engine
    config = accuracy.deploy_config(name, 'sdk', tmp_path)
    found = accuracy.evaluate(name, config, [str(convert(name, engines[0])[0])], IMAGES).metrics[case.metric]
    assert abs(found - expected) <= case.limit


# What `tools/test.py` is asked for, and a row of its comparison with PyTorch.
COMPARED = {
    'unet_digits': ('mIoU', 'largest difference of an area'),
    'edsr_photos': ('PSNR', 'largest difference of PSNR'),
    'crnn_texts': ('acc', 'same text'),
    'hrnet_stick_figures': ('PCK', 'largest difference of a score'),
}


@pytest.mark.parametrize('name', COMPARED)
def test_the_command_for_accuracy_compares_with_pytorch(name, convert):
    """`tools/test.py --checkpoint` on the whole held-out data."""
    metrics, expected = COMPARED[name]
    accuracy.make_data(name)
    folder, config = convert(name, 'onnxruntime')
    done = subprocess.run([sys.executable, 'tools/test.py', config, accuracy.model_config(name), '--model',
                           str(folder / 'end2end.onnx'), '--metrics', metrics, '--checkpoint',
                           accuracy.checkpoint(name)], cwd=accuracy.ROOT, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert done.returncode == 0 and 'metrics of PyTorch' in output, output
    assert expected in output
