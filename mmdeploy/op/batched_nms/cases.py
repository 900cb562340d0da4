"""Cases of batched_nms, and what its eager value answers, which suppresses by mmcv."""
from collections.abc import Iterator

import numpy as np
import torch

from mmdeploy.op.batched_nms.symbolic import TRTBatchedNMSop
from mmdeploy.op.case import Case
from mmdeploy.op.nms_match.cases import upright_boxes


def cases() -> Iterator[Case]:
    random = np.random.default_rng(1)
    for name, images, own, classes, topk, keep_topk in (('shared', 1, 1, 3, 20, 10), ('own', 1, 3, 3, 20, 10),
                                                        ('images', 2, 1, 2, -1, 60), ('padded', 1, 1, 2, 5, 80)):
        boxes = upright_boxes((images, 50, own))
        scores = random.uniform(size=(images, 50, classes)).astype('f4')
        expected = TRTBatchedNMSop.apply(
            torch.from_numpy(boxes), torch.from_numpy(scores), classes, topk, keep_topk, 0.4, 0.1, -1, True)
        attributes = dict(
            num_classes=classes, topk=topk, keep_topk=keep_topk, iou_threshold=0.4, score_threshold=0.1,
            background_label_id=-1, is_normalized=0, clip_boxes=0, return_index=1)
        yield Case('mmdeploy::TRTBatchedNMS', name, [boxes, scores], attributes,
                   [np.asarray(x) if x.is_floating_point() else np.asarray(x, 'i4') for x in expected])
