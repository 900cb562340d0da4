"""Segmentors of mmseg: converted with `tools/deploy.py --dump-info`, verified, and compared with mmseg in engines."""
import json
import subprocess
import sys

import cv2
import mmcv
import numpy as np
import pytest
import torch

from mmdeploy.apis import build_task_processor, torch2onnx
from mmdeploy.utils import load_config

CONFIGS = 'configs/mmseg/segmentation_'
NORM = dict(type='BN', requires_grad=True)
CLASSES = ('sky', 'road', 'tree', 'car', 'person')
PALETTE = [[70, 130, 180], [128, 64, 128], [107, 142, 35], [0, 0, 142], [220, 20, 60]]
BACKBONE = dict(type='ResNetV1c', depth=18, num_stages=4, base_channels=8, stem_channels=8, out_indices=(0, 1, 2, 3),
                dilations=(1, 1, 2, 4), strides=(1, 2, 1, 1), norm_cfg=NORM, norm_eval=False, style='pytorch',
                contract_dilation=True)
_HEAD = dict(in_channels=64, in_index=3, channels=16, dropout_ratio=0.1, num_classes=len(CLASSES), norm_cfg=NORM,
             align_corners=False)
HEADS = {
    'fcn': dict(type='FCNHead', num_convs=1, concat_input=True, **_HEAD),
    'deeplabv3': dict(type='ASPPHead', dilations=(1, 2, 3), **_HEAD),
}


def model_config(name: str, mode: str = 'whole') -> mmcv.Config:
    steps = [
        dict(type='Resize', keep_ratio=True), dict(type='RandomFlip'),
        dict(type='Normalize', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True),
        dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'])
    ]
    pipeline = [dict(type='LoadImageFromFile'),
                dict(type='MultiScaleFlipAug', img_scale=(96, 64), flip=False, transforms=steps)]
    test_cfg = dict(mode=mode, crop_size=(32, 32), stride=(16, 16))
    return mmcv.Config(dict(
        model=dict(type='EncoderDecoder', backbone=BACKBONE, decode_head=HEADS[name], train_cfg=dict(),
                   test_cfg=test_cfg),
        data=dict(test=dict(type='CustomDataset', classes=CLASSES, palette=PALETTE, pipeline=pipeline))))


class Segmentor:
    """A small segmentor with its files, and what mmseg makes of an image: [H, W]."""

    def __init__(self, name: str, folder) -> None:
        self.folder = folder
        self.image, self.config, self.checkpoint = (str(folder / n) for n in ('image.png', 'config.py', 'model.pth'))
        small = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        cv2.imwrite(self.image, cv2.resize(small, (75, 50), interpolation=cv2.INTER_CUBIC))
        cfg = model_config(name)
        cfg.dump(self.config)
        task = build_task_processor(cfg, load_config(f'{CONFIGS}onnxruntime_dynamic.py')[0], 'cpu')
        torch.manual_seed(1)
        model = task.init_pytorch_model()
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight)
        torch.save(dict(state_dict=model.state_dict(), meta=dict(CLASSES=CLASSES, PALETTE=PALETTE)), self.checkpoint)
        data, _ = task.create_input(self.image)
        with torch.no_grad():
            self.expected = task.run_inference(model, data)[0]
        assert len(np.unique(self.expected)) > 2


@pytest.fixture(scope='module', params=list(HEADS))
def segmentor(request, tmp_path_factory) -> Segmentor:
    return Segmentor(request.param, tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize('deploy_cfg', ['onnxruntime_dynamic', 'openvino_dynamic-1024x2048', 'ncnn_static-512x512'])
def test_the_sdk_gives_the_labels_of_mmseg(segmentor, deploy_cfg, repository, mmdeploy_command):
    work_dir = segmentor.folder / deploy_cfg
    subprocess.run([sys.executable, 'tools/deploy.py', f'{CONFIGS}{deploy_cfg}.py', segmentor.config,
                    segmentor.checkpoint, segmentor.image, '--work-dir', work_dir, '--dump-info'],
                   cwd=repository, check=True, capture_output=True)
    done = subprocess.run([mmdeploy_command, 'verify', work_dir], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    detail = json.loads((work_dir / 'detail.json').read_text())
    assert detail['classes'] == list(CLASSES) and detail['palette'] == PALETTE
    from mmdeploy_python import Segmentor as SDKSegmentor
    found = SDKSegmentor(str(work_dir), 'cpu')(cv2.imread(segmentor.image))
    assert found.dtype == np.int32 and found.shape == segmentor.expected.shape == (50, 75)
    # mmseg resizes scores, the graph labels: borders between classes move by a pixel.
    # A static network sees another size than mmseg here, whose test pipeline keeps the ratio.
    assert (found == segmentor.expected).mean() > (0.3 if 'static' in deploy_cfg else 0.95)
    done = subprocess.run([mmdeploy_command, 'infer', work_dir, segmentor.image, '--out', work_dir / 'out'],
                          capture_output=True, text=True)
    assert 'height 50  width 75  classes 5  mask 50x75' in done.stdout
    assert (work_dir / 'out/image_result.png').exists()


def test_labels_of_the_graph_are_those_of_the_scores(segmentor):
    """In the size of the network's input nothing is resized: labels are equal."""
    import onnxruntime
    path = segmentor.folder / 'onnxruntime_dynamic/end2end.onnx'
    task = build_task_processor(
        mmcv.Config.fromfile(segmentor.config), load_config(f'{CONFIGS}onnxruntime_dynamic.py')[0], 'cpu')
    model = task.init_pytorch_model(segmentor.checkpoint)
    _, inputs = task.create_input(segmentor.image)
    for tensor in (inputs[0], inputs[0][:, :, :40, :64].contiguous()):
        with torch.no_grad():
            expected = model.encode_decode(tensor, None).argmax(1, keepdim=True)
        found = onnxruntime.InferenceSession(str(path)).run(None, {'input': tensor.numpy()})[0]
        assert found.dtype == np.int64 and (found == expected.numpy()).mean() > 0.999


def _check_best_classes(work_dir, image: np.ndarray, expected: np.ndarray) -> None:
    """Let the SDK find the best class of scores: as PyTorch does, with and without aligned corners."""
    from mmdeploy_python import Net, Segmentor
    path = work_dir / 'pipeline.json'
    pipeline = json.loads(path.read_text())
    params = pipeline['pipeline']['tasks'][-1]['params']
    size = (96, 64)
    for align_corners in (False, True):
        params.update(with_argmax=True, align_corners=align_corners)
        path.write_text(json.dumps(pipeline))
        found = Segmentor(str(work_dir), 'cpu')(image)
        assert found.dtype == np.int32 and found.shape == expected.shape
        if not align_corners:
            assert (found == expected).mean() > 0.999
        pixels = cv2.resize(image, size)[..., ::-1].astype(np.float32)
        pixels = (pixels - (123.675, 116.28, 103.53)) / (58.395, 57.12, 57.375)
        scores = Net(str(work_dir / 'end2end.onnx'), 'onnxruntime').run(
            dict(input=np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)))['output']
        scores = torch.nn.functional.interpolate(
            torch.from_numpy(scores), expected.shape, mode='bilinear', align_corners=align_corners)
        assert (found == scores[0].argmax(0).numpy()).mean() > 0.999


def test_scores_of_classes(segmentor, repository, mmdeploy_command):
    """Scores are resized before they are compared, as mmseg does it: labels are equal."""
    work_dir = segmentor.folder / 'scores'
    deploy_cfg = work_dir / 'scores.py'
    work_dir.mkdir()
    deploy_cfg.write_text(f"_base_ = ['{repository}/{CONFIGS}onnxruntime_dynamic.py']\n"
                          'codebase_config = dict(with_argmax=False)\n')
    subprocess.run([sys.executable, 'tools/deploy.py', deploy_cfg, segmentor.config, segmentor.checkpoint,
                    segmentor.image, '--work-dir', work_dir, '--dump-info'],
                   cwd=repository, check=True, capture_output=True)
    done = subprocess.run([mmdeploy_command, 'verify', work_dir], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    from mmdeploy_python import Segmentor as SDKSegmentor
    found = SDKSegmentor(str(work_dir), 'cpu')(cv2.imread(segmentor.image))
    assert found.dtype == np.float32 and found.shape == (len(CLASSES), 50, 75)
    assert (found.argmax(0) == segmentor.expected).mean() > 0.999
    _check_best_classes(work_dir, cv2.imread(segmentor.image), segmentor.expected)
    task = build_task_processor(*(load_config(str(path))[0] for path in (segmentor.config, deploy_cfg)), 'cpu')
    model = task.init_backend_model([str(work_dir / 'end2end.onnx')])
    data, _ = task.create_input(segmentor.image)
    assert (task.run_inference(model, data)[0] == segmentor.expected).mean() > 0.999


@pytest.mark.parametrize('height, width', [(1, 1), (1, 900), (900, 1)])
def test_images_of_few_pixels(segmentor, height, width):
    """`keep_ratio` leaves some of them without a pixel, which is an error that says so; others have labels."""
    from mmdeploy_python import Segmentor as SDKSegmentor
    sdk = SDKSegmentor(str(segmentor.folder / 'onnxruntime_dynamic'), 'cpu')
    image = np.full((height, width, 3), 127, np.uint8)
    if height == width:
        labels = sdk(image)
        assert labels.shape == (1, 1) and 0 <= labels[0, 0] < len(CLASSES)
    else:
        with pytest.raises(RuntimeError, match=f'{height}x{width}|{width}x{height}'):
            sdk(image)


def test_windows_are_refused_by_name(tmp_path):
    config, image = tmp_path / 'config.py', tmp_path / 'image.png'
    model_config('fcn', mode='slide').dump(str(config))
    cv2.imwrite(str(image), np.zeros((48, 48, 3), np.uint8))
    with pytest.raises(NotImplementedError, match="test_cfg.mode is 'slide'; only 'whole' can be exported"):
        torch2onnx(str(image), str(tmp_path), 'end2end.onnx', f'{CONFIGS}onnxruntime_dynamic.py', str(config), None,
                   'cpu')


def test_a_binary_segmentor_has_two_labels(tmp_path, repository, mmdeploy_command):
    """With one score per pixel `num_classes` of the head may be 1; the SDK is told how many labels there are."""
    from mmdeploy_python import Segmentor as SDKSegmentor
    cfg = model_config('fcn')
    cfg.model.decode_head.update(num_classes=1, out_channels=1, threshold=0.5)
    config, image = str(tmp_path / 'binary.py'), str(tmp_path / 'image.png')
    cfg.dump(config)
    cv2.imwrite(image, np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8))
    task = build_task_processor(cfg, load_config(f'{CONFIGS}onnxruntime_dynamic.py')[0], 'cpu')
    torch.manual_seed(3)
    model = task.init_pytorch_model()
    torch.nn.init.normal_(model.decode_head.conv_seg.weight, std=5)
    data, inputs = task.create_input(image)
    with torch.no_grad():
        model.decode_head.conv_seg.bias.fill_(-float(model.encode_decode(inputs[0], None).median()))
    torch.save(dict(state_dict=model.state_dict(), meta=dict(CLASSES=CLASSES, PALETTE=PALETTE)), tmp_path / 'model.pth')
    done = subprocess.run([sys.executable, 'tools/deploy.py', f'{CONFIGS}onnxruntime_dynamic.py', config,
                           tmp_path / 'model.pth', image, '--work-dir', tmp_path / 'work', '--dump-info'],
                          cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    labels = SDKSegmentor(str(tmp_path / 'work'), 'cpu')(cv2.imread(image))
    assert set(np.unique(labels)) == {0, 1}
