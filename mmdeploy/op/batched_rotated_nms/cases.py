"""Cases of batched_rotated_nms, and what its eager value answers, which suppresses by mmcv."""
from collections.abc import Iterator

import numpy as np
import torch

from mmdeploy.op.batched_rotated_nms.symbolic import TRTBatchedRotatedNMSop
from mmdeploy.op.case import Case
from mmdeploy.op.nms_rotated.cases import rotated_boxes


def cases() -> Iterator[Case]:
    random = np.random.default_rng(1)
    for name, images, own, classes in (('shared', 1, 1, 2), ('own', 1, 3, 3), ('images', 2, 1, 2)):
        boxes = rotated_boxes((images, 40, own))
        scores = random.uniform(size=(images, 40, classes)).astype('f4')
        dets, labels = TRTBatchedRotatedNMSop.apply(
            torch.from_numpy(boxes), torch.from_numpy(scores), classes, 30, 50, 0.3, 0.1)
        attributes = dict(
            num_classes=classes, topk=30, keep_topk=50, iou_threshold=0.3, score_threshold=0.1,
            background_label_id=-1, is_normalized=0, clip_boxes=0)
        yield Case('mmdeploy::TRTBatchedRotatedNMS', name, [boxes, scores], attributes,
                   [dets.numpy(), labels.numpy().astype('i4')])
