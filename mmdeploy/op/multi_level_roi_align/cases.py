"""Cases of multi_level_roi_align and of OpenVINO's form of it, and what mmcv's roi_align makes of each level."""
from collections.abc import Iterator

import numpy as np
import torch

from mmdeploy.op.case import Case
from mmdeploy.op.multi_level_roi_align.symbolic import multi_level_roi_align
from mmdeploy.op.roi_align.cases import rois

_STRIDES = [4, 8, 16]


def maps(images: int = 1) -> list[np.ndarray]:
    """Return a pyramid over images of 160 x 192 pixels."""
    random = np.random.default_rng(2)
    return [random.normal(size=(images, 5, 160 // stride, 192 // stride)).astype('f4') for stride in _STRIDES]


def wide_rois(count: int, images: int = 1) -> np.ndarray:
    """Return rois [count, 5] of all levels."""
    boxes = rois(count, images, 100)
    boxes[:, 3:] += (np.arange(count) * 137 % 150)[:, None].astype('f4')
    return boxes


def cases() -> Iterator[Case]:
    for name, count, images, mode, ratio, aligned, factor in (
        ('avg', 20, 1, 'avg', 2, True, None), ('max', 20, 1, 'max', 2, False, None),
        ('images', 20, 3, 'avg', 0, True, None), ('scaled', 20, 1, 'avg', 2, True, 1.3),
        ('no_rois', 0, 1, 'avg', 2, True, None)):
        boxes, feats = wide_rois(count, images), maps(images)
        expected = multi_level_roi_align(
            torch.from_numpy(boxes), list(map(torch.from_numpy, feats)), (3, 5), _STRIDES, 56, ratio, mode, aligned,
            factor)
        attributes = dict(
            output_height=3, output_width=5, featmap_strides=[float(s) for s in _STRIDES], finest_scale=56,
            sampling_ratio=ratio, pool_mode=('max', 'avg').index(mode), aligned=int(aligned),
            roi_scale_factor=-1.0 if factor is None else factor)
        yield Case('mmdeploy::MMCVMultiLevelRoiAlign', name, [boxes, *feats], attributes, [expected.numpy()])
    boxes, feats = wide_rois(20), maps()
    expected = multi_level_roi_align(
        torch.from_numpy(boxes), list(map(torch.from_numpy, feats)), (5, 5), _STRIDES, sampling_ratio=2)
    yield Case('org.openvinotoolkit::ExperimentalDetectronROIFeatureExtractor', 'avg', [boxes[:, 1:].copy(), *feats],
               dict(output_size=5, pyramid_scales=_STRIDES, sampling_ratio=2, aligned=1), [expected.numpy()])
