"""Cases of multi_level_rotated_roi_align, and what mmcv's roi_align_rotated makes of each level."""
from collections.abc import Iterator

import numpy as np
import torch
from mmcv.ops import roi_align_rotated

from mmdeploy.op.case import Case
from mmdeploy.op.multi_level_roi_align.cases import maps
from mmdeploy.op.multi_level_roi_align.symbolic import crop_levels
from mmdeploy.op.roi_align_rotated.cases import rotated_rois

_STRIDES = [4, 8, 16]


def cases() -> Iterator[Case]:
    for name, count, images, ratio, aligned, clockwise in (('counter', 20, 1, 2, 0, 0), ('clockwise', 20, 1, 2, 1, 1),
                                                           ('images', 20, 3, 0, 1, 0), ('no_rois', 0, 1, 2, 1, 0)):
        boxes, feats = rotated_rois(count, images, 100), maps(images)
        # Wide enough for the limit of one pixel of the map to play no part.
        boxes[:, 3:5] += 20 + (np.arange(count) * 137 % 150)[:, None].astype('f4')
        rois = torch.from_numpy(boxes)

        def crop(level: int, own: torch.Tensor, feats=feats, ratio=ratio, aligned=aligned, clockwise=clockwise):
            return roi_align_rotated(
                torch.from_numpy(feats[level]), own, (3, 5), 1 / _STRIDES[level], ratio, bool(aligned),
                bool(clockwise))

        sizes = (rois[:, 3] * rois[:, 4]).sqrt()
        expected = crop_levels([torch.from_numpy(x) for x in feats], rois, sizes, 56, crop)
        attributes = dict(
            output_height=3, output_width=5, featmap_strides=[float(s) for s in _STRIDES], finest_scale=56,
            sampling_ratio=ratio, aligned=aligned, clockwise=clockwise, roi_scale_factor=-1.0)
        yield Case('mmdeploy::MMCVMultiLevelRotatedRoiAlign', name, [boxes, *feats], attributes, [expected.numpy()])
