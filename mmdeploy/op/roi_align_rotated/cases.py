"""Cases of roi_align_rotated, and what mmcv answers."""
import itertools
from collections.abc import Iterator

import numpy as np
import torch
from mmcv.ops import roi_align_rotated

from mmdeploy.op.case import Case


def rotated_rois(count: int, images: int = 1, extent: float = 40, seed: int = 0) -> np.ndarray:
    """Return rois [count, 6], some of which reach out of the image."""
    random = np.random.default_rng(seed)
    columns = [np.arange(count) % images, *random.uniform(-5, extent, size=(2, count)),
               *random.uniform(0.5, 30, size=(2, count)), random.uniform(-4, 4, size=count)]
    return np.stack(columns, 1).astype('f4')


def _case(name: str, image: np.ndarray, boxes: np.ndarray, ratio: int, aligned: int, clockwise: int) -> Case:
    expected = roi_align_rotated(
        torch.from_numpy(image), torch.from_numpy(boxes), (3, 5), 0.25, ratio, bool(aligned), bool(clockwise))
    attributes = dict(
        output_height=3, output_width=5, spatial_scale=0.25, sampling_ratio=ratio, aligned=aligned,
        clockwise=clockwise)
    return Case('mmdeploy::MMCVRoIAlignRotated', name, [image, boxes], attributes, [expected.numpy()])


def cases() -> Iterator[Case]:
    random = np.random.default_rng(0)
    image = random.normal(size=(1, 5, 10, 12)).astype('f4')
    for ratio, aligned, clockwise in itertools.product((0, 2), (0, 1), (0, 1)):
        name = f'{ratio}_{"aligned" if aligned else "legacy"}_{"clockwise" if clockwise else "counter"}'
        yield _case(name, image, rotated_rois(9), ratio, aligned, clockwise)
    upright = rotated_rois(8)
    upright[:, 5] = [0, -0., 1e-7, -1e-7, np.pi / 2, -np.pi / 2, np.pi, 0]
    for ratio, aligned in itertools.product((0, 2), (0, 1)):
        yield _case(f'upright_{ratio}_{"aligned" if aligned else "legacy"}', image, upright, ratio, aligned, 0)
    yield _case('one_roi', image, rotated_rois(1), 2, 1, 0)
    yield _case('no_rois', image, rotated_rois(0), 2, 1, 0)
    yield _case('images', random.normal(size=(3, 33, 10, 12)).astype('f4'), rotated_rois(9, 3), 2, 1, 1)
