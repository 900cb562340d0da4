"""Models of grey images, converted with a coloured PNG file: golden data are made of the grey that the SDK makes."""
import json
import subprocess
import sys

import cv2
import mmcv
import numpy as np
import pytest
import torch

from mmdeploy.apis import build_task_processor
from mmdeploy.utils import load_config

CLASSIFIER = dict(
    model=dict(type='ImageClassifier', neck=dict(type='GlobalAveragePooling'),
               backbone=dict(type='ResNet', depth=18, in_channels=1, stem_channels=8, base_channels=8),
               head=dict(type='LinearClsHead', num_classes=10, in_channels=64, topk=(3, ))),
    data=dict(test=dict(type='MNIST', data_prefix='', pipeline=[
        dict(type='LoadImageFromFile', color_type='grayscale'),
        dict(type='Resize', size=(32, 32)),
        dict(type='Normalize', mean=[33.46], std=[78.87], to_rgb=False),
        dict(type='ImageToTensor', keys=['img']),
        dict(type='Collect', keys=['img'])])))
RESTORER = dict(
    model=dict(type='BasicRestorer', pixel_loss=dict(type='L1Loss'),
               generator=dict(type='SRCNN', channels=(1, 8, 4, 1), kernel_sizes=(9, 1, 5), upscale_factor=2)),
    train_cfg=None, test_cfg=dict(metrics=['PSNR'], crop_border=2),
    test_pipeline=[
        dict(type='LoadImageFromFile', io_backend='disk', key='lq', flag='grayscale'),
        dict(type='RescaleToZeroOne', keys=['lq']),
        dict(type='Collect', keys=['lq'], meta_keys=['lq_path']),
        dict(type='ImageToTensor', keys=['lq'])])
MODELS = {
    'mmcls/classification_onnxruntime_dynamic': CLASSIFIER,
    'mmedit/super-resolution/super-resolution_onnxruntime_dynamic': RESTORER,
    'mmocr/text-recognition/text-recognition_onnxruntime_dynamic': 'zoo/mmocr/crnn_texts',
}


def _files(deploy_cfg, folder):
    """Return config and checkpoint."""
    model = MODELS[deploy_cfg]
    if isinstance(model, str):
        return f'{model}.py', f'{model}.pth'
    config, checkpoint = str(folder / 'config.py'), str(folder / 'model.pth')
    cfg = mmcv.Config(model)
    cfg.dump(config)
    torch.manual_seed(0)
    task = build_task_processor(cfg, load_config(f'configs/{deploy_cfg}.py')[0], 'cpu')
    torch.save(dict(state_dict=task.init_pytorch_model().state_dict()), checkpoint)
    return config, checkpoint


@pytest.mark.parametrize('deploy_cfg', MODELS)
def test_golden_data_are_of_the_grey_of_the_sdk(deploy_cfg, tmp_path, repository, mmdeploy_command):
    image, work_dir = tmp_path / 'colours.png', tmp_path / 'model'
    pixels = np.random.default_rng(0).integers(0, 256, (32, 40, 3), dtype=np.uint8)
    cv2.imwrite(str(image), pixels)
    by_decoder = cv2.imread(str(image), cv2.IMREAD_GRAYSCALE)
    assert (by_decoder != cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)).mean() > 0.2  # the two ways differ
    subprocess.run([sys.executable, 'tools/deploy.py', f'configs/{deploy_cfg}.py', *_files(deploy_cfg, tmp_path), image,
                    '--work-dir', work_dir, '--dump-info'], cwd=repository, check=True, capture_output=True)
    golden = json.loads((work_dir / 'golden/golden.json').read_text())
    assert golden['stages'][0]['tensors']['img']['shape'][1] == 1
    done = subprocess.run([mmdeploy_command, 'verify', work_dir], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
