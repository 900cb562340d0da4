"""Export of mmrotate's `RotatedSingleRoIExtractor`."""
from collections.abc import Sequence

import torch
from mmcv.ops import roi_align_rotated

from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.op.multi_level_roi_align.symbolic import crop_levels, node_options


def _compute(rois: torch.Tensor, feats: Sequence[torch.Tensor], output_size: tuple[int, int],
             featmap_strides: Sequence[int], finest_scale: int, sampling_ratio: int, clockwise: bool, aligned: bool,
             roi_scale_factor: float | None) -> torch.Tensor:
    """See `MultiLevelRotatedRoiAlign`."""
    sizes = (rois[:, 3] * rois[:, 4]).sqrt()
    if roi_scale_factor is not None:
        rois = torch.cat([rois[:, :3], rois[:, 3:5] * roi_scale_factor, rois[:, 5:]], 1)
    return crop_levels(
        feats, rois, sizes, finest_scale, lambda level, own: roi_align_rotated(
            feats[level], own, output_size, 1 / featmap_strides[level], sampling_ratio, aligned, clockwise))


class MultiLevelRotatedRoiAlign(torch.autograd.Function):
    """Exports `mmdeploy::MMCVMultiLevelRotatedRoiAlign`."""

    @staticmethod
    def symbolic(g, rois, output_size, featmap_strides, finest_scale, sampling_ratio, clockwise, aligned,
                 roi_scale_factor, *feats):
        """Emit the node."""
        options = node_options(output_size, featmap_strides, finest_scale, sampling_ratio, aligned, roi_scale_factor)
        return g.op('mmdeploy::MMCVMultiLevelRotatedRoiAlign', rois, *feats, **options, clockwise_i=int(clockwise))

    @staticmethod
    def forward(ctx, rois: torch.Tensor, output_size: tuple[int, int], featmap_strides: Sequence[int],
                finest_scale: int, sampling_ratio: int, clockwise: bool, aligned: bool,
                roi_scale_factor: float | None, *feats: torch.Tensor) -> torch.Tensor:
        """Crop rois [N, 6] (image, centre x and y, width, height, angle) from feats, per level [B, C, H, W].

        The other arguments are those of `MultiLevelRoiAlign`; `clockwise` is the direction of the angle.
        """
        return untraced(_compute, rois, feats, output_size, featmap_strides, finest_scale, sampling_ratio, clockwise,
                        aligned, roi_scale_factor)
