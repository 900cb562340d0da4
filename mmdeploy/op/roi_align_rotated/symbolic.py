"""Export of mmcv's `roi_align_rotated`."""
from torch.nn.modules.utils import _pair

from mmdeploy.core import SYMBOLIC_REWRITER


@SYMBOLIC_REWRITER.register_symbolic('mmcv.ops.roi_align_rotated.__self__')
def roi_align_rotated_default(ctx, g, input, rois, output_size, spatial_scale, sampling_ratio, aligned, clockwise):
    """Emit our operator.

    Args:
        ctx: context of the rewrite.
        g: graph.
        input: [B, C, H, W].
        rois: [N, 6], image, centre x and y, width, height, angle in radians.
        output_size: one number, or height and width.
        spatial_scale: pixels of `input` per pixel of the image.
        sampling_ratio: samples per bin; 0 adapts it to the size of the roi.
        aligned: shift by half a pixel.
        clockwise: direction of the angle.
    """
    height, width = _pair(output_size)
    return g.op(
        'mmdeploy::MMCVRoIAlignRotated',
        input,
        rois,
        output_height_i=height,
        output_width_i=width,
        spatial_scale_f=float(spatial_scale),
        sampling_ratio_i=sampling_ratio,
        aligned_i=int(aligned),
        clockwise_i=int(clockwise))
