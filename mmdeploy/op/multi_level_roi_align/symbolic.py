"""Export of mmdet's `SingleRoIExtractor`, which crops each roi from the level that its size belongs to."""
from collections.abc import Callable, Sequence

import torch
from mmcv.ops import roi_align

from mmdeploy.core.rewriters.untraced import untraced


def crop_levels(feats: Sequence[torch.Tensor], rois: torch.Tensor, sizes: torch.Tensor, finest_scale: float,
                crop: Callable[[int, torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Crop each roi from its level.

    Args:
        feats: per level [B, C, H, W], the finest first.
        rois: [N, 5 or 6].
        sizes: [N], root of the area of each roi.
        finest_scale: rois smaller than twice this belong to the first level, then each level doubles it.
        crop: makes [n, C, h, w] of a level and the rois [n, 5 or 6] that belong to it.

    Returns:
        [N, C, h, w].
    """
    levels = torch.log2(sizes / finest_scale + 1e-6).floor().clamp(0, len(feats) - 1)
    # Crops of no roi tell the shape when there is none at all.
    out = crop(0, rois[:0])
    out = out.new_zeros(rois.shape[0], *out.shape[1:])
    for level in range(len(feats)):
        chosen = levels == level
        if chosen.any():
            out[chosen] = crop(level, rois[chosen].contiguous())
    return out


def _scale_rois(rois: torch.Tensor, factor: float) -> torch.Tensor:
    """Enlarge rois [N, 5] about their centres."""
    centre, half = (rois[:, 1:3] + rois[:, 3:]) / 2, (rois[:, 3:] - rois[:, 1:3]) / 2 * factor
    return torch.cat([rois[:, :1], centre - half, centre + half], 1)


def multi_level_roi_align(rois: torch.Tensor,
                          feats: Sequence[torch.Tensor],
                          output_size: tuple[int, int],
                          featmap_strides: Sequence[int],
                          finest_scale: float = 56,
                          sampling_ratio: int = 0,
                          pool_mode: str = 'avg',
                          aligned: bool = True,
                          roi_scale_factor: float | None = None) -> torch.Tensor:
    """Compute what `MultiLevelRoiAlign` exports."""
    sizes = ((rois[:, 3] - rois[:, 1]) * (rois[:, 4] - rois[:, 2])).sqrt()
    scaled = rois if roi_scale_factor is None else _scale_rois(rois, roi_scale_factor)
    # The level depends on the size before it is scaled.
    return crop_levels(
        feats, scaled, sizes, finest_scale, lambda level, own: roi_align(
            feats[level], own, output_size, 1 / featmap_strides[level], sampling_ratio, pool_mode, aligned))


def node_options(output_size: tuple[int, int], featmap_strides: Sequence[int], finest_scale: int, sampling_ratio: int,
                 aligned: bool, roi_scale_factor: float | None) -> dict:
    """Return the attributes that the node has for upright and for rotated rois."""
    return dict(
        output_height_i=output_size[0],
        output_width_i=output_size[1],
        sampling_ratio_i=sampling_ratio,
        roi_scale_factor_f=-1.0 if roi_scale_factor is None else roi_scale_factor,
        finest_scale_i=finest_scale,
        featmap_strides_f=[float(stride) for stride in featmap_strides],
        aligned_i=int(aligned))


class MultiLevelRoiAlign(torch.autograd.Function):
    """Exports `mmdeploy::MMCVMultiLevelRoiAlign`."""

    @staticmethod
    def symbolic(g, rois, output_size, featmap_strides, finest_scale, sampling_ratio, pool_mode, aligned,
                 roi_scale_factor, *feats):
        """Emit the node."""
        options = node_options(output_size, featmap_strides, finest_scale, sampling_ratio, aligned, roi_scale_factor)
        return g.op(
            'mmdeploy::MMCVMultiLevelRoiAlign', rois, *feats, **options, pool_mode_i=('max', 'avg').index(pool_mode))

    @staticmethod
    def forward(ctx, rois: torch.Tensor, output_size: tuple[int, int], featmap_strides: Sequence[int],
                finest_scale: int, sampling_ratio: int, pool_mode: str, aligned: bool,
                roi_scale_factor: float | None, *feats: torch.Tensor) -> torch.Tensor:
        """Crop rois.

        Args:
            ctx: context of the Function.
            rois: [N, 5], image and x1, y1, x2, y2.
            output_size: height and width.
            featmap_strides: per level, pixels of the image per pixel of the features.
            finest_scale: see `crop_levels`.
            sampling_ratio: samples per bin; 0 adapts it to the size of the roi.
            pool_mode: `avg` or `max`.
            aligned: shift by half a pixel.
            roi_scale_factor: enlarges the rois; None leaves them.
            feats: per level [B, C, H, W].

        Returns:
            [N, C, h, w].
        """
        return untraced(multi_level_roi_align, rois, feats, output_size, featmap_strides, finest_scale, sampling_ratio,
                        pool_mode, aligned, roi_scale_factor)


class SingleRoIExtractorOpenVINO(torch.autograd.Function):
    """Exports OpenVINO's `ExperimentalDetectronROIFeatureExtractor`."""

    @staticmethod
    def forward(g, output_size: int, featmap_strides: Sequence[int], sample_num: int, rois: torch.Tensor,
                *feats: torch.Tensor) -> torch.Tensor:
        """Crop rois of one image to squares of `output_size`; the rest as in `MultiLevelRoiAlign`."""
        return untraced(
            multi_level_roi_align, rois, feats, (output_size, ) * 2, featmap_strides, sampling_ratio=sample_num)

    @staticmethod
    def symbolic(g, output_size, featmap_strides, sample_num, rois, *feats):
        """Emit the node; it takes rois without the index of the image."""
        boxes = g.op('Slice', rois, *(g.op('Constant', value_t=torch.tensor([value])) for value in (1, 5, 1)))
        return g.op(
            'org.openvinotoolkit::ExperimentalDetectronROIFeatureExtractor',
            boxes,
            *feats,
            output_size_i=output_size,
            pyramid_scales_i=featmap_strides,
            sampling_ratio_i=sample_num,
            image_id_i=0,
            distribute_rois_between_levels_i=1,
            preserve_rois_order_i=0,
            aligned_i=1)
