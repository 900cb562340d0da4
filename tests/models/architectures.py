"""Exports the documented architectures and compares them with PyTorch.

    python -m tests.models.architectures [--small] [NAMES...]

Weights are random. Each model is exported at batch 1, runs in ONNX Runtime at
batch 2 (and, but for VisionTransformer, at another size), and each score may
differ from that of the original model in PyTorch by a ratio of at most 1e-4.
"""
import argparse
import os.path as osp
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from prettytable import PrettyTable

from mmdeploy.apis.onnx import export
from mmdeploy.backend.base import get_backend_manager
from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Backend, Codebase

MAX_RATIO = 1e-4


class Architecture(NamedTuple):
    """A backbone, as in the model configs of mmcls."""
    full: dict  # size of the documentation
    small: dict  # what is different in tests
    channels: int  # that the head gets
    small_channels: int
    head: str = 'LinearClsHead'
    any_size: bool = True


_VIT = dict(
    arch=dict(
        embed_dims=32,
        num_layers=2,
        num_heads=4,
        feedforward_channels=64),
    img_size=64)

ARCHITECTURES = {
    'ResNet':
    Architecture(
        dict(type='ResNet', depth=50), dict(depth=18, base_channels=8),
        2048, 64),
    'ResNeXt':
    Architecture(
        dict(type='ResNeXt', depth=50, groups=32, width_per_group=4),
        dict(groups=2, base_channels=16), 2048, 512),
    'SE-ResNet':
    Architecture(
        dict(type='SEResNet', depth=50), dict(base_channels=16),
        2048, 512),
    'MobileNetV2':
    Architecture(
        dict(type='MobileNetV2', widen_factor=1.0), dict(widen_factor=0.25),
        1280, 1280),
    'ShuffleNetV1':
    Architecture(dict(type='ShuffleNetV1', groups=3), dict(groups=8), 960,
                 1536),
    'ShuffleNetV2':
    Architecture(
        dict(type='ShuffleNetV2', widen_factor=1.0), dict(widen_factor=0.5),
        1024, 1024),
    'VisionTransformer':
    Architecture(
        dict(
            type='VisionTransformer', arch='b', img_size=224, patch_size=16),
        _VIT, 768, 32, 'VisionTransformerClsHead', False),
}


def make_images(count: int, size: int) -> torch.Tensor:
    """Return images [count, 3, size, size] of soft random shapes.

    To a network white noise looks all alike, and normalizations then amplify
    the rounding.
    """
    return torch.nn.functional.interpolate(
        torch.randn(count, 3, 5, 5), (size, size), mode='bicubic')


def _randomize(model: torch.nn.Module, images: torch.Tensor) -> None:
    """Give a model weights with which its scores depend on the image."""
    for module in model.modules():
        # Fresh statistics make a normalization the identity, and a deep
        # model's output constant.
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
            module.weight.data.uniform_(0.5, 1.5)
            # Mostly positive: a random network of hinges is chaotic.
            module.bias.data.normal_(1, 0.1)
    last = [m for m in model.modules() if isinstance(m, torch.nn.Linear)][-1]
    last.weight.data.normal_(0, 1)
    with torch.no_grad():
        model.train().extract_feat(images)
        logits = model.eval().simple_test(
            images, softmax=False, post_process=False)
    last.weight.data.div_(logits.std())


def build(name: str, small: bool) -> torch.nn.Module:
    """Return an architecture with random weights, in eval mode."""
    from mmcls.models import build_classifier
    architecture = ARCHITECTURES[name]
    backbone = dict(architecture.full)
    channels = architecture.channels
    if small:
        backbone.update(architecture.small)
        channels = architecture.small_channels
    head = dict(
        type=architecture.head,
        num_classes=10 if small else 1000,
        in_channels=channels,
        topk=(1, 5),
        loss=dict(type='CrossEntropyLoss'))
    model = dict(type='ImageClassifier', backbone=backbone, head=head)
    if architecture.any_size:
        model['neck'] = dict(type='GlobalAveragePooling')
    torch.manual_seed(0)
    model = build_classifier(model)
    _randomize(model, make_images(16, 64) if small else make_images(8, 224))
    return model


def compare(name: str, small: bool, folder: str) -> float:
    """Export a model and compare it with PyTorch.

    Args:
        name: key of `ARCHITECTURES`.
        small: take the version for tests.
        folder: gets the ONNX file.

    Returns:
        The largest ratio of a difference to its score.
    """
    import_codebase(Codebase.MMCLS)
    model = build(name, small)
    size = 64 if small else 224
    axes = {0: 'batch'}
    sizes = [size]
    if ARCHITECTURES[name].any_size:
        axes.update({2: 'height', 3: 'width'})
        sizes.append(size + 32)
    prefix = osp.join(folder, name)
    export(
        model,
        make_images(1, size),
        prefix,
        backend=Backend.ONNXRUNTIME,
        input_metas=dict(img_metas={}),
        input_names=['input'],
        output_names=['output'],
        dynamic_axes=dict(input=axes, output={0: 'batch'}),
        optimize=True)
    wrapper = get_backend_manager(Backend.ONNXRUNTIME).build_wrapper(
        [f'{prefix}.onnx'], 'cpu')
    ratio = 0.0
    for size in sizes:
        images = make_images(2, size)
        with torch.no_grad():
            want = np.stack(model(images, return_loss=False))
        got = wrapper(dict(input=images))['output'].numpy()
        ratio = max(ratio, float((np.abs(got - want) / want).max()))
    return ratio


def main(argv: Sequence[str] | None = None) -> int:
    """Compare models; return 1 when one differs too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'names', nargs='*', metavar='NAMES', help=', '.join(ARCHITECTURES))
    parser.add_argument(
        '--small', action='store_true', help='the versions for tests')
    args = parser.parse_args(argv)
    table = PrettyTable()
    table.field_names = ['architecture', 'max ratio', 'seconds']
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name in args.names or ARCHITECTURES:
            start = time.perf_counter()
            ratio = compare(name, args.small, folder)
            worst = max(worst, ratio)
            seconds = time.perf_counter() - start
            table.add_row([name, f'{ratio:.2g}', f'{seconds:.1f}'])
    print(table)
    return int(worst > MAX_RATIO)


if __name__ == '__main__':
    sys.exit(main())
