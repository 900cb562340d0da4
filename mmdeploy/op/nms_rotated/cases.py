"""Cases of nms_rotated, and what mmcv answers."""
from collections.abc import Iterator

import numpy as np
import torch

from mmdeploy.op.case import Case
from mmdeploy.op.nms_rotated.symbolic import ONNXNMSRotatedOp


def rotated_boxes(shape: tuple, seed: int = 0) -> np.ndarray:
    """Return boxes [..., 5] that overlap much."""
    random = np.random.default_rng(seed)
    boxes = random.uniform(0, 30, size=(*shape, 5))
    boxes[..., 2:4] = random.uniform(2, 12, size=(*shape, 2))
    boxes[..., 4] = random.uniform(-4, 4, size=shape)
    return boxes.astype('f4')


def cases() -> Iterator[Case]:
    random = np.random.default_rng(1)
    for name, images, classes, count, iou in (('plain', 1, 1, 60, 0.3), ('classes', 1, 3, 40, 0.1),
                                              ('images', 2, 2, 40, 0.5), ('one_box', 1, 1, 1, 0.5),
                                              ('no_boxes', 1, 2, 0, 0.5)):
        boxes = rotated_boxes((images, count))
        scores = random.uniform(size=(images, classes, count)).astype('f4')
        expected = ONNXNMSRotatedOp.apply(torch.from_numpy(boxes), torch.from_numpy(scores), iou, 0.2)
        yield Case('mmdeploy::NMSRotated', name, [boxes, scores], dict(iou_threshold=iou, score_threshold=0.2),
                   [expected.numpy()])
