"""A centre crop with an odd margin takes the pixels that mmcls takes, not their neighbours."""
import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

CONFIG = """
_base_ = ['{base}']
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', size=(40, -1), backend='pillow'),
    dict(type='CenterCrop', crop_size=32),
    dict(type='Normalize', mean=[127., 127., 127.], std=[64., 64., 64.], to_rgb=True),
    dict(type='ImageToTensor', keys=['img']),
    dict(type='Collect', keys=['img'])
]
data = dict(test=dict(pipeline=test_pipeline))
"""


@pytest.fixture
def model(repository, tmp_path):
    # The margin is (69 - 32) / 2 = 18.5: 18 for Python's round, 19 away from zero.
    image = np.random.default_rng(0).integers(0, 255, (40, 69, 3), np.uint8)
    cv2.imwrite(str(tmp_path / 'odd.png'), image)
    (tmp_path / 'config.py').write_text(CONFIG.format(base=repository / 'zoo/mmcls/resnet18_digits.py'))
    subprocess.run([
        sys.executable, 'tools/deploy.py', 'configs/mmcls/classification_onnxruntime_dynamic.py',
        str(tmp_path / 'config.py'), 'zoo/mmcls/resnet18_digits.pth', str(tmp_path / 'odd.png'),
        '--work-dir', str(tmp_path / 'model'), '--dump-info'
    ], cwd=repository, check=True, capture_output=True)
    return tmp_path / 'model'


def test_the_crop_is_that_of_training(mmdeploy_command, model):
    done = subprocess.run([mmdeploy_command, 'verify', str(model)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    path = model / 'pipeline.json'
    path.write_text(path.read_text().replace('half_even', 'half_away'))
    assert 'half_away' in json.dumps(json.loads(path.read_text()))
    done = subprocess.run([mmdeploy_command, 'verify', str(model)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "the first stage that differs is 'preprocess'" in done.stdout
