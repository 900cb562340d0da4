"""Cases of grid_sampler, and what torch answers."""
import itertools
from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional

from mmdeploy.op.case import Case

_INTERPOLATIONS = ('bilinear', 'nearest', 'bicubic')
_PADDINGS = ('zeros', 'border', 'reflection')


def _case(name: str, image: np.ndarray, grid: np.ndarray, interpolation: int = 0, padding: int = 0,
          align: int = 0) -> Case:
    expected = functional.grid_sample(
        torch.from_numpy(image), torch.from_numpy(grid), _INTERPOLATIONS[interpolation], _PADDINGS[padding],
        bool(align))
    attributes = dict(interpolation_mode=interpolation, padding_mode=padding, align_corners=align)
    return Case('mmdeploy::grid_sampler', name, [image, grid], attributes, [expected.numpy()])


def cases() -> Iterator[Case]:
    random = np.random.default_rng(0)
    image = random.normal(size=(1, 5, 9, 11)).astype('f4')
    grid = random.uniform(-1.6, 1.6, size=(1, 7, 13, 2)).astype('f4')
    for interpolation, padding, align in itertools.product(range(3), range(3), range(2)):
        name = f'{_INTERPOLATIONS[interpolation]}_{_PADDINGS[padding]}_{"aligned" if align else "half"}'
        yield _case(name, image, grid, interpolation, padding, align)
    yield _case('batch', random.normal(size=(3, 33, 8, 8)).astype('f4'),
                random.uniform(-1, 1, size=(3, 4, 4, 2)).astype('f4'))
    yield _case('one_pixel', image[:, :1, :1, :1].copy(), grid)
    yield _case('no_places', image, grid[:, :0])
