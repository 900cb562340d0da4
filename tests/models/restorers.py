"""Every documented restorer of mmedit, small, from PyTorch to each engine, against mmedit.

    python -m tests.models.restorers [--engine onnxruntime openvino ...] [--shapes static dynamic] [NAMES...]

Pixels may differ by 1e-3 of the largest one.
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

import_codebase(Codebase.MMEDIT)
NAMES = tuple(name.partition('/')[2] for name in models.MODELS if name.startswith('mmedit/'))
# Sizes that are multiples of nothing; a batch.
SIZES = ((1, 3, 21, 13), (2, 3, 9, 17))
TOLERANCE = 1e-3


def deploy_config(engine: str, dynamic: bool) -> mmcv.Config:
    """Return a deploy config; its engine's documented one, with the shapes that are asked for."""
    kind = {'openvino': 'openvino_dynamic-256x256', 'ncnn': 'ncnn_dynamic', 'torchscript': 'torchscript'}.get(
        engine, f'{engine}_dynamic')
    cfg = load_config(f'configs/mmedit/super-resolution/super-resolution_{kind}.py')[0]
    if not dynamic:
        engines.get_ir(cfg).pop('dynamic_axes', None)
    return cfg


def restored(model: torch.nn.Module, image: torch.Tensor) -> np.ndarray:
    """Return what mmedit makes of images [N, C, H, W]."""
    with torch.no_grad():
        return model.forward_dummy(image).numpy()


def prove(name: str, engine: str, dynamic: bool) -> list[float]:
    """Convert a restorer; return the largest difference for each of its images."""
    exported, image = models.build(f'mmedit/{name}')
    model = exported.model
    model.forward = model.forward_dummy
    generator = torch.Generator().manual_seed(1)
    sizes = SIZES if dynamic else ()
    if engine == 'ncnn':  # has no batches
        sizes = sizes[:1]
    images = [image, *(torch.rand(size, generator=generator) for size in sizes)]
    return engines.differences(model, images, deploy_config(engine, dynamic), lambda x: restored(model, x))


def main(argv: Sequence[str] | None = None) -> int:
    """Convert and compare; return 1 when one differs or fails."""
    def check(name: str, engine: str, dynamic: bool) -> tuple[bool, str]:
        differences = prove(name, engine, dynamic)
        return max(differences) <= TOLERANCE, ', '.join(f'{value:.1e}' for value in differences)

    return engines.prove_all(__doc__, NAMES, check, argv)


if __name__ == '__main__':
    sys.exit(main())
