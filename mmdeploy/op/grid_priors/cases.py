"""Cases of grid_priors, and what its eager value answers."""
from collections.abc import Iterator

import numpy as np
import torch

from mmdeploy.op.case import Case
from mmdeploy.op.grid_priors.symbolic import GridPriorsTRTOp


def cases() -> Iterator[Case]:
    anchors = np.random.default_rng(0).normal(size=(3, 4)).astype('f4')
    for name, height, width in (('map', 4, 6), ('cell', 1, 1), ('nothing', 0, 3)):
        expected = GridPriorsTRTOp.apply(torch.from_numpy(anchors), height, width, 8, 16)
        yield Case('mmdeploy::GridPriorsTRT', name, [anchors, np.zeros(height, 'i8'), np.zeros(width, 'i8')],
                   dict(stride_h=8, stride_w=16), [expected.numpy()])
