"""Cases of roi_align, and what mmcv answers."""
import itertools
from collections.abc import Iterator

import numpy as np
import torch
from mmcv.ops import roi_align

from mmdeploy.op.case import Case


def rois(count: int, images: int = 1, extent: float = 40, seed: int = 0) -> np.ndarray:
    """Return rois [count, 5], some of which reach out of the image."""
    random = np.random.default_rng(seed)
    corner = random.uniform(-5, extent, size=(count, 2))
    index = np.arange(count)[:, None] % images
    return np.concatenate([index, corner, corner + random.uniform(0.5, 30, size=(count, 2))], 1).astype('f4')


def _case(name: str, image: np.ndarray, boxes: np.ndarray, mode: str, ratio: int, aligned: int) -> Case:
    expected = roi_align(
        torch.from_numpy(image), torch.from_numpy(boxes), (3, 5), 0.25, ratio, mode, bool(aligned))
    attributes = dict(
        output_height=3, output_width=5, spatial_scale=0.25, sampling_ratio=ratio, mode=mode, aligned=aligned)
    return Case('mmdeploy::MMCVRoiAlign', name, [image, boxes], attributes, [expected.numpy()])


def cases() -> Iterator[Case]:
    random = np.random.default_rng(0)
    image = random.normal(size=(1, 5, 10, 12)).astype('f4')
    for mode, ratio, aligned in itertools.product(('avg', 'max'), (0, 2), (0, 1)):
        yield _case(f'{mode}_{ratio}_{"aligned" if aligned else "legacy"}', image, rois(9), mode, ratio, aligned)
    yield _case('one_roi', image, rois(1), 'avg', 2, 1)
    yield _case('no_rois', image, rois(0), 'avg', 2, 1)
    yield _case('images', random.normal(size=(3, 33, 10, 12)).astype('f4'), rois(9, 3), 'avg', 2, 1)
