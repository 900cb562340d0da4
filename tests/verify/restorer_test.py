"""Restorers of mmedit: converted with `tools/deploy.py --dump-info`, verified, compared with mmedit in engines."""
import json
import subprocess
import sys

import cv2
import mmcv
import numpy as np
import pytest
import torch

from mmdeploy.apis import build_task_processor, visualize_model
from mmdeploy.utils import load_config

CONFIGS = 'configs/mmedit/super-resolution/super-resolution_'
MODELS = {
    'srcnn': dict(type='SRCNN', channels=(3, 8, 4, 3), kernel_sizes=(9, 1, 5), upscale_factor=2),
    'edsr': dict(type='EDSR', in_channels=3, out_channels=3, mid_channels=8, num_blocks=2, upscale_factor=2,
                 res_scale=1, rgb_mean=[0.4488, 0.4371, 0.4040], rgb_std=[1.0, 1.0, 1.0]),
}


def model_config(name: str) -> mmcv.Config:
    both = ['lq', 'gt']
    return mmcv.Config(dict(
        model=dict(type='BasicRestorer', generator=MODELS[name], pixel_loss=dict(type='L1Loss')),
        train_cfg=None,
        test_cfg=dict(metrics=['PSNR', 'SSIM'], crop_border=2),
        test_pipeline=[
            dict(type='LoadImageFromFile', io_backend='disk', key='lq', flag='unchanged'),
            dict(type='LoadImageFromFile', io_backend='disk', key='gt', flag='unchanged'),
            dict(type='RescaleToZeroOne', keys=both),
            dict(type='Normalize', keys=both, mean=[0, 0, 0], std=[1, 1, 1], to_rgb=True),
            dict(type='Collect', keys=both, meta_keys=['lq_path', 'gt_path']),
            dict(type='ImageToTensor', keys=both),
        ]))


@pytest.fixture(scope='module', params=list(MODELS))
def restorer(request, tmp_path_factory, repository):
    """Folder, image, config, checkpoint, and what mmedit makes of the image: [C, H, W], RGB."""
    folder = tmp_path_factory.mktemp(request.param)
    image, config, checkpoint = (str(folder / name) for name in ('image.png', 'config.py', 'model.pth'))
    cv2.imwrite(image, cv2.resize(np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8), (41, 30),
                                  interpolation=cv2.INTER_CUBIC))
    cfg = model_config(request.param)
    cfg.dump(config)
    task = build_task_processor(cfg, load_config(f'{CONFIGS}onnxruntime_dynamic.py')[0], 'cpu')
    torch.manual_seed(0)
    model = task.init_pytorch_model()
    torch.save(dict(state_dict=model.state_dict()), checkpoint)
    data, _ = task.create_input(image)
    with torch.no_grad():
        return folder, image, config, checkpoint, task.run_inference(model, data)[0]


@pytest.mark.parametrize('deploy_cfg', ['onnxruntime_dynamic', 'openvino_dynamic-256x256', 'ncnn_dynamic'])
def test_the_sdk_gives_the_image_of_mmedit(restorer, deploy_cfg, repository, mmdeploy_command):
    folder, image, config, checkpoint, expected = restorer
    work_dir = folder / deploy_cfg
    subprocess.run([sys.executable, 'tools/deploy.py', f'{CONFIGS}{deploy_cfg}.py', config, checkpoint, image,
                    '--work-dir', work_dir, '--dump-info'], cwd=repository, check=True, capture_output=True)
    done = subprocess.run([mmdeploy_command, 'verify', work_dir], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((work_dir / 'golden/golden.json').read_text())['stages'][2]['type'] == 'Restoration'
    from mmdeploy_python import Restorer
    found = Restorer(str(work_dir), 'cpu')(cv2.imread(image))
    pixels = np.clip(expected * 255, 0, 255).round().transpose(1, 2, 0)
    assert found.shape == pixels.shape == (60, 82, 3)
    assert np.abs(found.astype(int) - pixels).max() <= 1
    done = subprocess.run([mmdeploy_command, 'infer', work_dir, image, '--out', work_dir / 'out'], capture_output=True,
                          text=True)
    assert 'image 60x82 RGB' in done.stdout
    assert cv2.imread(str(work_dir / 'out/image_result.png')).shape == (60, 164, 3)


def test_pictures_and_metrics(restorer, tmp_path):
    folder, image, config, checkpoint, expected = restorer
    deploy_cfg = f'{CONFIGS}onnxruntime_dynamic.py'
    visualize_model(config, deploy_cfg, [str(folder / 'onnxruntime_dynamic/end2end.onnx')], image, 'cpu',
                    output_file=str(tmp_path / 'out.png'))
    written = cv2.imread(str(tmp_path / 'out.png'))[..., ::-1].transpose(2, 0, 1)
    assert np.abs(written - np.clip(expected, 0, 1) * 255).max() <= 1
    task = build_task_processor(mmcv.Config.fromfile(config), load_config(deploy_cfg)[0], 'cpu')
    model = task.init_backend_model([str(folder / 'onnxruntime_dynamic/end2end.onnx')])
    _, tensor = task.create_input([image])
    truth = torch.from_numpy(expected)[None]
    assert model(tensor, gt=truth, test_mode=True)['eval_result']['PSNR'] > 60
    with pytest.raises(AssertionError, match='must have gt images'):
        model(tensor, test_mode=True)


def test_inputs(restorer):
    _, image, config, _, _ = restorer
    task = build_task_processor(mmcv.Config.fromfile(config), load_config(f'{CONFIGS}onnxruntime_dynamic.py')[0], 'cpu')
    _, of_path = task.create_input(image, img_shape=None)
    _, of_pixels = task.create_input(cv2.imread(image))
    assert torch.equal(of_path, of_pixels) and of_path.shape == (1, 3, 30, 41)
    assert task.create_input([image, image], input_shape=[20, 16])[1].shape == (2, 3, 16, 20)
    with pytest.raises(AssertionError, match='imgs must be strings or numpy arrays'):
        task.create_input([3])
    with pytest.raises(ValueError, match=r'images of one batch have different shapes \[\[3, 30, 41\], \[3, 8, 8\]\]'):
        task.create_input([cv2.imread(image), np.zeros((8, 8, 3), np.uint8)])


@pytest.mark.parametrize('order, normalize', [
    ('rgb', None), ('bgr', None), ('rgb', dict(mean=[0, 0, 0], std=[1, 1, 1], to_rgb=False)),
    ('bgr', dict(mean=[0.4, 0.5, 0.6], std=[0.5, 0.25, 0.125], to_rgb=True))])
def test_the_ways_to_numbers_of_0_to_1(order, normalize, tmp_path, repository, mmdeploy_command):
    """Configs of RDN and Real-ESRGAN load RGB and have no `Normalize`."""
    cfg = model_config('srcnn')
    steps = [step for step in cfg.test_pipeline if step['type'] != 'Normalize']
    for step in steps[:2]:
        step.update(flag='color', channel_order=order)
    if normalize:
        steps.insert(3, dict(type='Normalize', keys=['lq', 'gt'], **normalize))
    cfg.test_pipeline = steps
    config, image = str(tmp_path / 'config.py'), str(tmp_path / 'image.png')
    cfg.dump(config)
    cv2.imwrite(image, np.random.default_rng(0).integers(0, 256, (13, 17, 3), dtype=np.uint8))
    task = build_task_processor(cfg, load_config(f'{CONFIGS}onnxruntime_dynamic.py')[0], 'cpu')
    model = task.init_pytorch_model()
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'model.pth')
    done = subprocess.run([sys.executable, 'tools/deploy.py', f'{CONFIGS}onnxruntime_dynamic.py', config,
                           tmp_path / 'model.pth', image, '--work-dir', tmp_path / 'work', '--dump-info'],
                          cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([mmdeploy_command, 'verify', tmp_path / 'work'], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_large_images_run_in_tiles(restorer, repository, mmdeploy_command):
    """Each pixel of the models looks at most 8 pixels around: the result is that of the whole image."""
    folder, image, config, checkpoint, expected = restorer
    work_dir = folder / 'tiles'
    work_dir.mkdir()
    deploy_cfg = work_dir / 'tiles.py'
    deploy_cfg.write_text(f"_base_ = ['{repository}/{CONFIGS}onnxruntime_dynamic.py']\n"
                          'codebase_config = dict(tile=[24, 20], overlap=9)\n')
    subprocess.run([sys.executable, 'tools/deploy.py', deploy_cfg, config, checkpoint, image, '--work-dir', work_dir,
                    '--dump-info'], cwd=repository, check=True, capture_output=True)
    done = subprocess.run([mmdeploy_command, 'verify', work_dir], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    path = work_dir / 'pipeline.json'
    pipeline = json.loads(path.read_text())
    net = next(task for task in pipeline['pipeline']['tasks'] if task['module'] == 'Net')
    assert net['tile'] == [24, 20] and net['overlap'] == 9
    from mmdeploy_python import Restorer
    in_tiles = Restorer(str(work_dir), 'cpu')(cv2.imread(image))
    del net['tile'], net['overlap']
    path.write_text(json.dumps(pipeline))
    assert (in_tiles == Restorer(str(work_dir), 'cpu')(cv2.imread(image))).all()
