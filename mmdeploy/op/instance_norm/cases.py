"""Cases of instance_norm, and what torch answers."""
from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional

from mmdeploy.op.case import Case


def cases() -> Iterator[Case]:
    random = np.random.default_rng(0)
    for name, shape in (('image', (1, 5, 7, 9)), ('row', (1, 3, 50)), ('batch', (3, 4, 8, 8)),
                        ('volume', (1, 2, 3, 4, 5))):
        x, scale, bias = (random.normal(2, 3, size=size).astype('f4') for size in (shape, shape[1], shape[1]))
        expected = functional.instance_norm(
            torch.from_numpy(x), weight=torch.from_numpy(scale), bias=torch.from_numpy(bias), eps=1e-3)
        yield Case('mmdeploy::TRTInstanceNormalization', name, [x, scale, bias], dict(epsilon=1e-3),
                   [expected.numpy()])
