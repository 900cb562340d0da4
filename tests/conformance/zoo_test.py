"""The classifier of the zoo in every engine: each deploy config that an engine here can run, from PyTorch to C++."""
import json
import subprocess
import sys
from pathlib import Path

import cv2
import mmcv
import numpy as np
import pytest

from tests.conformance import engines

ROOT = Path(__file__).resolve().parents[2]
MODEL = ['zoo/mmcls/resnet18_digits.py', 'zoo/mmcls/resnet18_digits.pth']
IMAGES = sorted((ROOT / 'zoo/mmcls/images').glob('*.png'))
LABELS = [int(path.stem.removeprefix('digit_')) for path in IMAGES]
# Relative to the largest score.
PARITY = {'FP32': 1e-3, 'FP16': 1e-2, 'INT8': 5e-2}


def _backend(config: Path) -> str:
    return mmcv.Config.fromfile(str(config)).backend_config.type


def _configs() -> list[Path]:
    configs = sorted((ROOT / 'configs/mmcls').glob('classification_*.py'))
    whole = [path for path in configs if 'backend_config' in mmcv.Config.fromfile(str(path))]
    return [path for path in whole if _backend(path) in engines.built() and '-int8' not in path.stem]


def _run(*command: str) -> str:
    done = subprocess.run([*command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_8_bits_are_refused_by_name(tmp_path):
    """The converter to ncnn has none yet."""
    if 'ncnn' not in engines.built():
        pytest.skip('ncnn is not built')
    config = 'configs/mmcls/classification_ncnn-int8_static.py'
    done = subprocess.run([sys.executable, 'tools/deploy.py', config, *MODEL, str(IMAGES[0]), '--work-dir',
                           str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "engine 'ncnn' converts to precision 'FP32' or 'FP16', found 'INT8'" in done.stdout + done.stderr


@pytest.fixture(scope='module', params=_configs(), ids=lambda path: path.stem.removeprefix('classification_'))
def converted(request, tmp_path_factory) -> tuple[Path, Path]:
    """A deploy config, and the folder of the SDK model that it makes."""
    work_dir = tmp_path_factory.mktemp('zoo')
    _run(sys.executable, 'tools/deploy.py', str(request.param), *MODEL, str(IMAGES[0]), '--work-dir', str(work_dir),
         '--dump-info')
    return request.param, work_dir


def _net_file(work_dir: Path) -> str:
    return str(work_dir / json.loads((work_dir / 'deploy.json').read_text())['models'][0]['net'])


def test_the_sdk_model_is_verified(converted):
    output = _run(str(ROOT / 'build/bin/mmdeploy'), 'verify', '--trust', str(converted[1]))
    assert 'passed: the model computes what it computed when it was converted' in output


def test_labels_are_those_of_pytorch(converted):
    from mmdeploy_python import Classifier
    classifier = Classifier(str(converted[1]), 'cpu', trusted=True)
    assert [classifier(cv2.imread(str(path)))[0][0] for path in IMAGES] == LABELS


def test_outputs_are_those_of_pytorch(converted):
    """Compares the logits, because the scores of a good classifier are 0 or 1 in any precision."""
    import torch
    from mmcls.apis import init_model

    from mmdeploy.backend.base import get_backend_manager
    from mmdeploy.utils import get_backend
    config, work_dir = converted
    deploy_cfg = mmcv.Config.fromfile(str(config))
    model = init_model(mmcv.Config.fromfile(str(ROOT / MODEL[0])), str(ROOT / MODEL[1]), 'cpu')
    wrapper = get_backend_manager(get_backend(deploy_cfg)).build_wrapper(
        [_net_file(work_dir)], 'cpu', input_names=['input'], output_names=['output'], deploy_cfg=deploy_cfg)
    image = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype('f4'))
    with torch.no_grad():
        want = model.simple_test(image, post_process=False).log().numpy()
    found = np.log(wrapper({'input': image})['output'].numpy())
    precision = 'FP16' if '-fp16' in config.stem else 'INT8' if '-int8' in config.stem else 'FP32'
    assert np.abs(found - want).max() <= PARITY[precision] * np.abs(want).max()


def _is_first_of_its_engine(config: Path) -> bool:
    return next(path for path in _configs() if _backend(path) == _backend(config)) == config


def test_tools_take_the_converted_model(converted, tmp_path):
    config, work_dir = converted
    if not _is_first_of_its_engine(config):
        return  # the tools load its files in the same way
    for label in range(10):
        (tmp_path / str(label)).mkdir()
    for label, path in zip(LABELS, IMAGES, strict=True):
        cv2.imwrite(str(tmp_path / str(label) / path.name), cv2.imread(str(path)))
    output = _run(sys.executable, 'tools/test.py', str(config), MODEL[0], '--model', _net_file(work_dir), '--metrics',
                  'accuracy', '--metric-options', 'topk=(1,)', '--cfg-options', f'data.test.data_prefix={tmp_path}')
    assert 'accuracy' in output and '100.00' in output
    output = _run(sys.executable, 'tools/profile.py', str(config), MODEL[0], str(IMAGES[0].parent), '--model',
                  _net_file(work_dir), '--device', 'cpu', '--shape', '32x32', '--num-iter', '5', '--warmup', '1')
    assert '----- Results:' in output
