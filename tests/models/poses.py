"""Every pose detector that is known to convert, small, from PyTorch to each engine, against mmpose.

    python -m tests.models.poses [--engine onnxruntime openvino ...] [--shapes static dynamic] [NAMES...]

Maps and places may differ by 1e-3 of the largest one. Dynamic is the batch: the network's input has one size.
"""
import sys
from collections.abc import Sequence

import mmcv
import numpy as np
import torch

from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase, load_config
from tests.exports import models
from tests.models import engines

import_codebase(Codebase.MMPOSE)
_DEEPPOSE = models.POSE.replace('topdown_heatmap', 'deeppose')
_SMALL = (1, 3, 64, 64)


def _pose(name: str, shape: tuple[int, ...] = _SMALL, narrow: int = 4, **change) -> models.Model:
    folder, _, config = name.rpartition('/')
    return models.Model(f'{folder or models.POSE}/{config}.py', models.find_joints, shape, change, narrow)


# Stages are modules of one kind, one behind the other: one is enough, and PyTorch exports it in a tenth of the time.
_SHORT = {'backbone.extra.stage3.num_modules': 1, 'backbone.extra.stage4.num_modules': 1}


# The three that are documented, and others of mmpose's top-down models.
MODELS = {
    'HRNet': _pose('hrnet_w32_coco_256x192', **_SHORT),
    'MSPN': _pose('mspn50_coco_256x192', (1, 3, 256, 192)),
    'LiteHRNet': _pose('litehrnet_18_coco_256x192', narrow=1, **{
        'backbone.extra.stages_spec.num_modules': (1, 1, 1)}),
    'SimpleBaseline': _pose('res50_coco_256x192'),
    'ResNetV1d': _pose('resnetv1d50_coco_256x192'),
    'ResNeXt': _pose('resnext50_coco_256x192', narrow=1),
    'SE-ResNet': _pose('seresnet50_coco_256x192', narrow=1),
    'ResNeSt': _pose('resnest50_coco_256x192', narrow=1),
    'MobileNetV2': _pose('mobilenetv2_coco_256x192', narrow=1),
    'ShuffleNetV1': _pose('shufflenetv1_coco_256x192', narrow=1),
    'ShuffleNetV2': _pose('shufflenetv2_coco_256x192', narrow=1),
    'SCNet': _pose('scnet50_coco_256x192', (1, 3, 128, 128), 1),
    'AlexNet': _pose('alexnet_coco_256x192', (1, 3, 128, 96), 1),
    'VGG': _pose('vgg16_bn_coco_256x192', narrow=1),
    'ViPNAS-ResNet': _pose('vipnas_res50_coco_256x192', narrow=1),
    'ViPNAS-MobileNetV3': _pose('vipnas_mbv3_coco_256x192', narrow=1),
    'HRFormer': _pose('hrformer_small_coco_256x192', (1, 3, 96, 64), 1, **_SHORT),
    'Swin': _pose('swin_t_p4_w7_coco_256x192', (1, 3, 96, 64), 1),
    'PVT': _pose('pvt-s_coco_256x192', (1, 3, 96, 64), 1),
    'CPM': _pose('cpm_coco_256x192', narrow=1),
    'Hourglass': _pose('hourglass52_coco_256x256', (1, 3, 128, 128), 1),
    'RSN': _pose('rsn18_coco_256x192', (1, 3, 256, 192), 1),
    # UDP and DARK decode the maps of the same networks; with offsets there are more of them.
    'HRNet-UDP offsets': _pose('hrnet_w32_coco_256x192_udp_regress', **_SHORT),
    'DeepPose': _pose(f'{_DEEPPOSE}/res50_coco_256x192'),
    'DeepPose-RLE': _pose(f'{_DEEPPOSE}/res50_coco_256x192_rle', narrow=1),
}
NAMES = tuple(MODELS)
TOLERANCE = 1e-3
# Attention in windows, which ncnn has not enough axes for.
WINDOWED = ('HRFormer', 'Swin')


def build(name: str) -> tuple[torch.nn.Module, torch.Tensor]:
    """Return a pose detector of mmpose with random weights, and an image for it, [1, 3, H, W]."""
    exported, image = models.build_model('mmpose', MODELS[name])
    return exported.model, image


def deploy_config(engine: str, dynamic: bool) -> mmcv.Config:
    """Return a deploy config; its engine's documented one, with an open batch or not."""
    kind = {'torchscript': 'torchscript', 'onnxruntime': 'onnxruntime_static'}.get(engine, f'{engine}_static-256x192')
    cfg = load_config(f'configs/mmpose/pose-detection_{kind}.py')[0]
    if dynamic and engine != 'torchscript':
        engines.get_ir(cfg)['dynamic_axes'] = dict(input={0: 'batch'}, output={0: 'batch'})
    return cfg


def answer(model: torch.nn.Module, image: torch.Tensor) -> np.ndarray:
    """Return what mmpose decodes."""
    with torch.no_grad():
        features = model.backbone(image)
        return model.keypoint_head.inference_model(model.neck(features) if model.with_neck else features)


def prove(name: str, engine: str, dynamic: bool) -> list[float]:
    """Convert a pose detector; return the largest difference for each of its batches."""
    model, image = build(name)
    generator = torch.Generator().manual_seed(1)
    batches = [image]
    if dynamic:
        batches.append(torch.rand(3, *image.shape[1:], generator=generator) * 4 - 2)
    return engines.differences(model, batches, deploy_config(engine, dynamic), lambda x: answer(model, x))


def main(argv: Sequence[str] | None = None) -> int:
    """Convert and compare; return 1 when one differs or fails."""
    def check(name: str, engine: str, dynamic: bool) -> tuple[bool, str]:
        if engine == 'ncnn' and dynamic:
            return True, 'documented for static shapes'
        if engine == 'ncnn' and name in WINDOWED:
            return True, 'refused by name: views of six axes'
        differences = prove(name, engine, dynamic)
        return max(differences) <= TOLERANCE, ', '.join(f'{value:.1e}' for value in differences)

    return engines.prove_all(__doc__, NAMES, check, argv)


if __name__ == '__main__':
    sys.exit(main())
