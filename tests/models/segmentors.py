"""Every documented segmentor, small, from PyTorch to each engine, against mmseg.

    python -m tests.models.segmentors [--engine onnxruntime openvino ...] [--shapes static dynamic] [NAMES...]

Labels must be equal, except where the two best scores differ by less than 1e-3 of the largest score.
"""
import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import mmcv
import numpy as np
import torch

from mmdeploy.apis.onnx import export
from mmdeploy.apis.torch_jit import trace
from mmdeploy.backend.base.native import import_native
from mmdeploy.codebase import import_codebase
from mmdeploy.core import RewriterContext, patch_model
from mmdeploy.utils import IR, Codebase, load_config
from tests.exports import models

import_codebase(Codebase.MMSEG)
NAMES = tuple(name.partition('/')[2] for name in models.MODELS if name.startswith('mmseg/'))
ENGINES = ('onnxruntime', 'openvino', 'ncnn', 'torchscript')
# Sizes that are multiples of nothing; a batch. UNet takes multiples of 16 only.
SIZES = ((1, 3, 83, 133), (2, 3, 41, 91))
EVEN_SIZES = ((1, 3, 80, 112), (2, 3, 48, 96))
TOLERANCE = 1e-3


class Segmentor(NamedTuple):
    """A segmentor of mmseg with random weights, and an image for it, [1, 3, H, W]."""

    name: str
    model: torch.nn.Module
    image: torch.Tensor

    def images(self, dynamic: bool) -> list[torch.Tensor]:
        """Return what a converted network is run with."""
        generator = torch.Generator().manual_seed(1)
        sizes = () if not dynamic else EVEN_SIZES if self.name == 'UNet' else SIZES
        return [self.image, *(torch.rand(size, generator=generator) * 4 - 2 for size in sizes)]


def build(name: str) -> Segmentor:
    """Return a documented segmentor; see `NAMES`."""
    exported, image = models.build(f'mmseg/{name}')
    exported.model.test_cfg.mode = 'whole'
    return Segmentor(name, exported.model, image)


def deploy_config(engine: str, dynamic: bool, **codebase_config) -> mmcv.Config:
    """Return a deploy config; all axes but the channels are open when `dynamic`."""
    known = {'ncnn': 'ncnn_static-512x512', 'torchscript': 'torchscript'}
    kind = known.get(engine) or (f'{engine}_dynamic' if engine == 'onnxruntime' else f'{engine}_dynamic-1024x2048')
    if not dynamic and engine != 'torchscript':
        kind = f'{engine}_static-512x512'
    cfg = load_config(f'configs/mmseg/segmentation_{kind}.py')[0]
    cfg.codebase_config.update(codebase_config)
    return cfg


def convert(segmentor: Segmentor, cfg: mmcv.Config, folder: Path):
    """Return a segmentor in the engine of a deploy config."""
    engine = cfg.backend_config.type
    prefix = str(folder / 'end2end')
    if engine == 'torchscript':
        with RewriterContext(cfg, engine, ir=IR.TORCHSCRIPT), torch.no_grad():
            trace(segmentor.model, segmentor.image, prefix, engine, dict(deploy_cfg=cfg))
        return import_native().Net(f'{prefix}.pt', engine, trusted=True)
    ir = cfg.onnx_config
    model = patch_model(segmentor.model, cfg, engine)
    export(model, segmentor.image, prefix, engine, context_info=dict(deploy_cfg=cfg), input_names=ir.input_names,
           output_names=ir.output_names, opset_version=ir.opset_version, dynamic_axes=ir.get('dynamic_axes', None),
           optimize=True)
    if engine == 'onnxruntime':
        return import_native().Net(f'{prefix}.onnx', engine)
    import_native().convert(engine, f'{prefix}.onnx', prefix)
    suffix, weights = {'openvino': ('.xml', '.bin'), 'ncnn': ('.param', '.bin')}[engine]
    return import_native().Net(prefix + suffix, engine, weights=prefix + weights)


def run(net, image: torch.Tensor) -> np.ndarray:
    """Return what a network makes of images [N, 3, H, W]."""
    return next(iter(net.run({net.inputs[0].name: image.numpy()}).values()))


class Difference(NamedTuple):
    """How labels differ from those of mmseg."""

    wrong: int  # labels where mmseg is sure
    unsure: float  # share of places where it is not
    classes: int  # different labels of mmseg


def compare(segmentor: Segmentor, image: torch.Tensor, labels: np.ndarray) -> Difference:
    """Compare labels [N, 1, H, W] with those of mmseg's scores."""
    with torch.no_grad():
        scores = segmentor.model.encode_decode(image, None)
    expected = scores.argmax(1, keepdim=True)
    if scores.shape[1] == 1:
        scores = scores.sigmoid()
        expected = (scores > segmentor.model.decode_head.threshold).long()
        margin = (scores - segmentor.model.decode_head.threshold).abs()
    else:
        best = scores.topk(2, 1)[0]
        margin = best[:, :1] - best[:, 1:]
    assert labels.shape == expected.shape, f'{labels.shape}, expected {tuple(expected.shape)}'
    sure = margin > TOLERANCE * scores.abs().max()
    wrong = (torch.from_numpy(np.asarray(labels, np.int64)) != expected) & sure
    return Difference(int(wrong.sum()), 1 - sure.float().mean().item(), len(expected.unique()))


def prove(name: str, engine: str, dynamic: bool) -> list[Difference]:
    """Convert a segmentor and compare it for each of its images."""
    segmentor = build(name)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of the tracer, hundreds
        net = convert(segmentor, deploy_config(engine, dynamic), Path(folder))
        return [compare(segmentor, image, run(net, image)) for image in segmentor.images(dynamic)]


def main(argv: Sequence[str] | None = None) -> int:
    """Convert and compare; return 1 when one differs or fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=f'of {", ".join(NAMES)}')
    parser.add_argument('--engine', nargs='+', default=ENGINES, choices=ENGINES)
    parser.add_argument('--shapes', nargs='+', default=('static', 'dynamic'), choices=('static', 'dynamic'))
    args = parser.parse_args(argv)
    failed = 0
    for name in args.names or NAMES:
        for engine in args.engine:
            for shapes in args.shapes:
                if shapes == 'dynamic' and engine == 'ncnn':
                    continue  # documented for static shapes
                begin = time.monotonic()
                try:
                    found = prove(name, engine, shapes == 'dynamic')
                    text = '; '.join(f'{d.wrong} wrong, {d.unsure:.1%} unsure, {d.classes} classes' for d in found)
                    bad = any(d.wrong for d in found)
                except Exception as error:  # noqa: BLE001  whatever it is, it is listed
                    text, bad = f'{type(error).__name__}: {" ".join(str(error).split())[:300]}', True
                failed += bad
                print(f'{"BAD" if bad else "ok "} {name} {engine} {shapes} {time.monotonic() - begin:.1f} s: {text}',
                      flush=True)
    print(f'{failed} differ or fail')
    return int(failed > 0)


if __name__ == '__main__':
    sys.exit(main())
