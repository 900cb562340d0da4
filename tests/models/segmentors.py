"""Every documented segmentor, small, from PyTorch to each engine, against mmseg.

    python -m tests.models.segmentors [--engine onnxruntime openvino ...] [--shapes static dynamic] [NAMES...]

Labels must be equal, except where the two best scores differ by less than 1e-3 of the largest score.
"""
import sys
from collections.abc import Sequence
from typing import NamedTuple

import mmcv
import numpy as np
import torch

from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase, load_config
from tests.exports import models
from tests.models import engines

import_codebase(Codebase.MMSEG)
NAMES = tuple(name.partition('/')[2] for name in models.MODELS if name.startswith('mmseg/'))
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
    with engines.converted(segmentor.model, segmentor.image, deploy_config(engine, dynamic)) as net:
        return [compare(segmentor, image, engines.run(net, image)) for image in segmentor.images(dynamic)]


def main(argv: Sequence[str] | None = None) -> int:
    """Convert and compare; return 1 when one differs or fails."""
    def check(name: str, engine: str, dynamic: bool) -> tuple[bool, str]:
        if engine == 'ncnn' and dynamic:
            return True, 'documented for static shapes'
        found = prove(name, engine, dynamic)
        text = '; '.join(f'{d.wrong} wrong, {d.unsure:.1%} unsure, {d.classes} classes' for d in found)
        return not any(d.wrong for d in found), text

    return engines.prove_all(__doc__, NAMES, check, argv)


if __name__ == '__main__':
    sys.exit(main())
