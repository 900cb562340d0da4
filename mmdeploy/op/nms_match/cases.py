"""Cases of nms_match, and what mmcv answers."""
from collections.abc import Iterator

import numpy as np
import torch

from mmdeploy.op.case import Case
from mmdeploy.op.nms_match.symbolic import ONNXNMSMatchOp


def upright_boxes(shape: tuple, seed: int = 0) -> np.ndarray:
    """Return boxes [..., 4] that overlap much."""
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 30, size=(*shape, 2))
    return np.concatenate([corner, corner + random.uniform(2, 12, size=(*shape, 2))], -1).astype('f4')


def cases() -> Iterator[Case]:
    random = np.random.default_rng(1)
    for name, images, classes, count in (('plain', 1, 1, 60), ('classes', 1, 3, 40), ('images', 2, 2, 30),
                                         ('one_box', 1, 1, 1)):
        boxes = upright_boxes((images, count))
        scores = random.uniform(size=(images, classes, count)).astype('f4')
        expected = ONNXNMSMatchOp.apply(torch.from_numpy(boxes), torch.from_numpy(scores), 0.3, 0.1)
        thresholds = [np.array([value], 'f4') for value in (0.3, 0.1)]
        yield Case('mmdeploy::NMSMatch', name, [boxes, scores, *thresholds], {}, [expected.numpy()])
