"""Export of mmcv's `roi_align`."""
import functools

import torch
from torch.nn.modules.utils import _pair
from torch.onnx._globals import GLOBALS

from mmdeploy.core import FUNCTION_REWRITER, SYMBOLIC_REWRITER
from mmdeploy.op.torchscript import torchscript_operator
from mmdeploy.utils import IR, Backend, get_root_logger


@functools.cache  # a model has many of them
def _warn_of_small_rois() -> None:
    get_root_logger().warning(
        'RoiAlign before opset 16 takes a roi that is smaller than one pixel of the features for one pixel, which '
        'gives other numbers than PyTorch: set onnx_config.opset_version=16 in the deploy config if there are such')


def _onnx_roi_align(g, x, rois, output_size, spatial_scale, sampling_ratio, pool_mode, aligned):
    """Emit ONNX's own RoiAlign; before opset 16 it does not know `aligned`, and the rois are shifted instead."""

    def columns(which: int | list[int]):
        return g.op('Gather', rois, g.op('Constant', value_t=torch.tensor(which)), axis_i=1)

    batch = g.op('Cast', columns(0), to_i=7)
    boxes = columns([1, 2, 3, 4])
    options = dict(output_height_i=output_size[0], output_width_i=output_size[1], spatial_scale_f=spatial_scale,
                   sampling_ratio_i=sampling_ratio, mode_s=pool_mode)
    if GLOBALS.export_onnx_opset_version >= 16:
        options['coordinate_transformation_mode_s'] = 'half_pixel' if aligned else 'output_half_pixel'
    elif aligned:
        _warn_of_small_rois()
        boxes = g.op('Add', boxes, g.op('Constant', value_t=torch.tensor([-0.5 / spatial_scale])))
    return g.op('RoiAlign', x, boxes, batch, **options)


@SYMBOLIC_REWRITER.register_symbolic('mmcv.ops.roi_align.__self__', backend='default')
def roi_align_default(ctx, g, input, rois, output_size, spatial_scale, sampling_ratio, pool_mode, aligned):
    """Emit `RoiAlign` for means in ONNX Runtime, otherwise our operator `MMCVRoiAlign`.

    Args:
        ctx: context of the rewrite.
        g: graph.
        input: [B, C, H, W].
        rois: [N, 5], image and x1, y1, x2, y2.
        output_size: one number, or height and width.
        spatial_scale: pixels of `input` per pixel of the image.
        sampling_ratio: samples per bin; 0 adapts it to the size of the roi.
        pool_mode: `avg` or `max`.
        aligned: shift by half a pixel.
    """
    output_size = _pair(output_size)
    # ONNX takes the maximum of weighted pixels, not of interpolated samples: its `max` is another operator.
    if ctx.backend == Backend.ONNXRUNTIME and pool_mode == 'avg':
        return _onnx_roi_align(g, input, rois, output_size, spatial_scale, sampling_ratio, pool_mode, aligned)
    domain = 'mmcv' if ctx.backend == Backend.PPLNN else 'mmdeploy'
    return g.op(
        f'{domain}::MMCVRoiAlign',
        input,
        rois,
        output_height_i=output_size[0],
        output_width_i=output_size[1],
        spatial_scale_f=spatial_scale,
        sampling_ratio_i=sampling_ratio,
        mode_s=pool_mode,
        aligned_i=aligned)


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.roi_align.RoIAlign.forward', ir=IR.TORCHSCRIPT,
                                     classes=['mmcv.ops.roi_align.RoIAlign'])
def roi_align__forward__torchscript(ctx, self, input, rois):
    """Call our operator: mmcv's kernel leaves no trace. `input` is [B, C, H, W], `rois` are [N, 5]."""
    return torchscript_operator('MMCVRoiAlign')(
        input, rois, mode=self.pool_mode, output_height=self.output_size[0], output_width=self.output_size[1],
        spatial_scale=float(self.spatial_scale), sampling_ratio=int(self.sampling_ratio), aligned=int(self.aligned))
