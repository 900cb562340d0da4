"""Every model config that a code base ships: does its model convert, and give the numbers of the code base?

    python -m tests.models.shipped mmseg [--json FILE] [--seconds 300] [PARTS OF PATHS...]

Models are made small, with random weights, and exported for ONNX Runtime with open sizes. Configs that differ in
their data and training only have one model, which is tried once. A process each: PyTorch's exporter dies of some.
"""
import argparse
import copy
import importlib
import json
import os.path as osp
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import mmcv
import numpy as np
import torch
from mmcv.cnn.utils import revert_sync_batchnorm

from mmdeploy.codebase.mmocr.deploy.text_task import get_pipeline_config
from mmdeploy.utils import get_root_logger
from tests.exports import models
from tests.models import apart, engines, poses, restorers, segmentors, text_models

RIGHT, WRONG, FAILED = 'right', 'wrong', 'failed'


class Outcome(NamedTuple):
    """What became of a model."""

    result: str
    why: str = ''


def _small(model: mmcv.Config, narrow: int) -> dict:
    """Return a model's config without what only training and downloads read, with few channels and classes."""
    keys = copy.deepcopy(model.to_dict())
    for key in ('pretrained', 'auxiliary_head', 'train_cfg', 'discriminator', 'perceptual_loss', 'gan_loss'):
        keys.pop(key, None)
    models._shrink(keys, narrow)

    def walk(value):
        if isinstance(value, dict):
            value.pop('init_cfg', None)
            if 'num_classes' in value and value.get('out_channels', None) != 1:
                value['num_classes'] = 5
                # Weights of the classes are of no use, and as many as the data set has.
                value.pop('loss_decode', None)
            for element in value.values():
                walk(element)
        elif isinstance(value, list | tuple):
            for element in value:
                walk(element)

    walk(keys)
    return keys


def _small_pose(model: mmcv.Config, narrow: int) -> dict:
    """Return a small pose detector: how many points it finds, and repeated modules, make no other model."""
    keys = _small(model, narrow)
    keys.pop('test_cfg', None)
    backbone = keys.get('backbone', {})
    if 'num_classes' in backbone:
        backbone['num_classes'] = model.backbone.num_classes  # -1: it ends before its classifier
    head = keys.get('keypoint_head', None) or {}
    head.update({key: 6 for key in ('out_channels', 'num_joints') if key in head})
    extra = backbone.get('extra', None) or {}
    for stage in ('stage3', 'stage4'):
        if stage in extra:
            extra[stage]['num_modules'] = 1
    if 'stages_spec' in extra:
        extra['stages_spec']['num_modules'] = [1] * len(extra['stages_spec']['num_modules'])
    return keys


class Kind(NamedTuple):
    """How the models of a code base are tried."""

    folder: str  # of the configs, below those of the package
    families: Sequence[str]  # folders of the documented models
    prove: Callable[[mmcv.Config, int], Outcome]
    small: Callable[[mmcv.Config, int], dict] = _small  # what makes two models different
    levels: int = 2  # of a config's path that name it; the first one is its family


def _build(codebase: str, model: dict) -> torch.nn.Module:
    torch.manual_seed(0)
    network = getattr(importlib.import_module(f'{codebase}.models'), models.BUILDERS[codebase])(
        mmcv.Config(copy.deepcopy(model))._cfg_dict)
    network = models.spread(revert_sync_batchnorm(network))
    network.eval()
    return network.requires_grad_(False)


def _sizes_for(model: dict) -> Sequence[tuple[int, ...]]:
    """Return the sizes of images for a segmentor, of the export and others; one that takes one size gets that."""
    if model['backbone']['type'] in ('BEiT', 'MAE'):
        model['backbone']['img_size'] = (64, 96)
        return (1, 3, 64, 96), (2, 3, 64, 96)
    if 'LRASPPHead' in str(model['decode_head']):  # which takes means of 49x49 places
        return (1, 3, 416, 448), (1, 3, 448, 416), (2, 3, 432, 400)
    return (1, 3, 64, 96), (1, 3, 96, 128), (2, 3, 128, 64)


def _segment(config: mmcv.Config, narrow: int) -> Outcome:
    model = dict(_small(config.model, narrow), test_cfg=dict(config.model.get('test_cfg', {}), mode='whole'))
    shape, *sizes = _sizes_for(model)
    network = _build('mmseg', model)
    image = models.images(shape)[0]
    generator = torch.Generator().manual_seed(1)
    segmentor = segmentors.Segmentor('', network, image)
    with engines.converted(network, image, segmentors.deploy_config('onnxruntime', True)) as net:
        for x in (image, *(torch.rand(size, generator=generator) * 4 - 2 for size in sizes)):
            found = segmentors.compare(segmentor, x, engines.run(net, x))
            if found.wrong:
                return Outcome(WRONG, f'{found.wrong} labels of {list(x.shape)}')
    return Outcome(RIGHT)


def _compare(network: torch.nn.Module, images: Sequence[torch.Tensor], cfg: mmcv.Config,
             reference: Callable[[torch.Tensor], np.ndarray], tolerance: float,
             is_exact: Callable[[torch.Tensor, np.ndarray], bool] = lambda x, found: False) -> Outcome:
    """Convert a network with the first of its images, and compare it with a reference for each of them.

    Args:
        network: of PyTorch.
        images: batches.
        cfg: deploy config.
        reference: what is expected for a batch.
        tolerance: of `engines.difference`.
        is_exact: whether what is found is right all the same.
    """
    with engines.converted(network, images[0], cfg) as net:
        for x in images:
            difference = engines.difference(net, x, reference(x))
            if not difference <= tolerance and not is_exact(x, engines.run(net, x)):  # NaN is wrong, too
                return Outcome(WRONG, f'{difference:.1e} of {list(x.shape)}')
    return Outcome(RIGHT)


def _restore(config: mmcv.Config, narrow: int) -> Outcome:
    network = _build('mmedit', _small(config.model, narrow))
    network.forward = network.forward_dummy
    image = models.images((1, 3, 16, 20))[0]
    return _compare(network, (image, torch.rand(2, 3, 9, 13)), restorers.deploy_config('onnxruntime', True),
                    lambda x: restorers.restored(network, x), restorers.TOLERANCE)


def _find_points(config: mmcv.Config, narrow: int) -> Outcome:
    network = _build('mmpose', dict(_small_pose(config.model, narrow), test_cfg=dict()))
    width, height = config.data_cfg['image_size']
    image = models.images((1, 3, int(height), int(width)))[0]

    def is_exact(x: torch.Tensor, found: np.ndarray) -> bool:
        """Of hundreds of layers PyTorch itself gives other numbers in float32 than in float64."""
        exact = poses.answer(copy.deepcopy(network).double(), x.double())
        return abs(found - exact).max() <= 4 * abs(poses.answer(network, x) - exact).max()

    return _compare(network, (image, torch.rand(2, *image.shape[1:])), poses.deploy_config('onnxruntime', True),
                    lambda x: poses.answer(network, x), poses.TOLERANCE, is_exact)


def _text_shapes(config: mmcv.Config) -> Sequence[tuple[int, ...]]:
    """Return the sizes of images for a text model: of the export, and others."""
    if 'bbox_head' in config.model:
        return (1, 3, 64, 96), (2, 3, 128, 64)
    steps = get_pipeline_config(config)
    resize = next(inner for step in steps for inner in step.get('transforms', [step]) if inner['type'] == 'ResizeOCR')
    size = (1 if steps[0].get('color_type', '') == 'grayscale' else 3, resize['height'], resize['max_width'] or 100)
    return (1, *size), (2, *size)


def _find_or_read_text(config: mmcv.Config, narrow: int) -> Outcome:
    model = _small(config.model, narrow)
    if model['type'] != 'ABINet' and 'max_seq_len' in model:
        model['max_seq_len'] = text_models.LENGTH
    convertor = model.get('label_convertor', {})
    if convertor.pop('dict_file', None):  # which is part of the data set
        convertor['dict_list'] = [chr(0x4e00 + i) for i in range(300)]
    network = _build('mmocr', model)
    network.cfg = config
    shape, *others = _text_shapes(config)
    kind = 'textdet' if 'bbox_head' in model else 'textrecog'
    text_model = text_models.TextModel(text_models.Small(f'{kind}/', {}, shape, others), network)
    cfg = text_models.deploy_config(text_model.small.task, 'onnxruntime', True)
    return _compare(copy.deepcopy(network), text_model.images(True), cfg, lambda x: text_model.reference(x).numpy(),
                    text_models.TOLERANCE)


KINDS = {
    'mmpose': Kind('', ('topdown_heatmap', 'deeppose'), _find_points, _small_pose, 3),
    'mmseg': Kind('', (
        'fcn', 'pspnet', 'deeplabv3', 'deeplabv3plus', 'fastscnn', 'unet', 'ann', 'apcnet', 'bisenetv1', 'bisenetv2',
        'cgnet', 'dmnet', 'dnlnet', 'emanet', 'encnet', 'erfnet', 'fastfcn', 'gcnet', 'icnet', 'isanet', 'nonlocal_net',
        'ocrnet', 'point_rend', 'sem_fpn', 'stdc', 'upernet', 'danet', 'segmenter', 'segformer', 'setr'), _segment),
    'mmocr': Kind('', (
        'dbnet', 'dbnetpp', 'psenet', 'panet', 'textsnake', 'crnn', 'tps', 'sar', 'satrn', 'nrtr', 'robust_scanner',
        'master', 'abinet'), _find_or_read_text),
    'mmedit': Kind('restorers', ('srcnn', 'esrgan', 'srresnet_srgan', 'real_esrgan', 'edsr', 'rdn'), _restore),
}


def find(codebase: str) -> Iterator[Path]:
    """Yield the config files of a code base."""
    package = osp.dirname(importlib.import_module(codebase).__file__)
    folder = Path(package) / '.mim/configs' / KINDS[codebase].folder
    yield from sorted(path for path in folder.rglob('*.py') if '_base_' not in path.parts)


def _prove(codebase: str, config: mmcv.Config) -> Outcome:
    warnings.simplefilter('ignore')
    get_root_logger().setLevel('ERROR')
    outcome = Outcome(FAILED)
    for narrow in (4, 1):  # some models do not hold together with a quarter of the channels
        try:
            outcome = KINDS[codebase].prove(config, narrow)
        except Exception as error:  # noqa: BLE001  whatever it is, it is listed
            outcome = Outcome(FAILED, f'{type(error).__name__}: {" ".join(str(error).split())[:300]}')
        if outcome.result != FAILED:
            break
    return outcome


def prove_apart(codebase: str, config: mmcv.Config, seconds: float) -> Outcome:
    """Try a model in a process of its own."""
    try:
        return apart.call(_prove, codebase, config, seconds=seconds)
    except apart.NoAnswerError as error:
        return Outcome(FAILED, str(error))


def main(argv: Sequence[str] | None = None) -> int:
    """Try all configs; return 1 when one of a documented family is not right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('codebase', choices=KINDS)
    parser.add_argument('parts', nargs='*', metavar='PARTS OF PATHS', help='only configs whose path has one of them')
    parser.add_argument('--seconds', type=float, default=300, help='for one model')
    parser.add_argument('--json', metavar='FILE', help='writes the outcomes here too')
    args = parser.parse_args(argv)
    kind, tried, outcomes = KINDS[args.codebase], {}, {}
    paths = [path for path in find(args.codebase) if not args.parts or any(part in str(path) for part in args.parts)]
    for i, path in enumerate(paths):
        name = '/'.join(path.parts[-kind.levels:])
        try:
            config = mmcv.Config.fromfile(path)
            key = json.dumps(kind.small(config.model, 1), sort_keys=True, default=str)
        except Exception as error:  # noqa: BLE001
            outcomes[name] = Outcome(FAILED, f'{type(error).__name__}: {str(error)[:200]}')
        else:
            tried[key] = outcomes[name] = tried.get(key) or prove_apart(args.codebase, config, args.seconds)
        print(f'[{i + 1}/{len(paths)}] {name}: {" ".join(outcomes[name])}', flush=True)
        if args.json:
            listed = {name: found._asdict() for name, found in outcomes.items()}
            Path(args.json).write_text(json.dumps(listed, indent=1))
    documented = {name: found for name, found in outcomes.items() if name.partition('/')[0] in kind.families}
    for title, found in (('documented families', documented), ('all', outcomes)):
        print(f'{title}: {dict(Counter(outcome.result for outcome in found.values()))} of {len(found)} configs')
    print(f'{len(tried)} different models')
    return int(any(outcome.result != RIGHT for outcome in documented.values()))


if __name__ == '__main__':
    sys.exit(main())
