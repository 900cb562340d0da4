"""Crops features of proposals."""
import torch
from mmcv.ops import RoIAlign

from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.op.multi_level_roi_align.symbolic import MultiLevelRoiAlign, SingleRoIExtractorOpenVINO
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter('mmdet.models.roi_heads.SingleRoIExtractor.forward')
@mark('roi_extractor', inputs=['feats', 'rois'], outputs=['bbox_feats'])
def single_roi_extractor__forward(ctx, self, feats, rois, roi_scale_factor=None):
    """Crop each roi from the level that its size belongs to.

    Args:
        ctx: context of the rewrite.
        self: the extractor.
        feats: per level [B, C, H, W].
        rois: [N, 5], image and x1, y1, x2, y2.
        roi_scale_factor: enlarges the rois.

    Returns:
        [N, C, h, w].
    """
    if len(feats) == 1:
        return self.roi_layers[0](feats[0], rois)
    levels = self.map_roi_levels(rois, len(feats))
    if roi_scale_factor is not None:
        rois = self.roi_rescale(rois, roi_scale_factor)
    # Empty rois in front, so that no level is without one.
    count = 2 * len(feats)
    rois = torch.cat([rois.new_zeros(count, 5), rois])
    levels = torch.cat([torch.arange(count, device=levels.device, dtype=levels.dtype) // 2, levels])
    cropped = rois.new_zeros(rois.shape[0], self.out_channels, *self.roi_layers[0].output_size)
    for level, (feat, layer) in enumerate(zip(feats, self.roi_layers, strict=True)):
        chosen = (levels == level).nonzero(as_tuple=False).squeeze(1)
        cropped = cropped.index_copy(0, chosen, layer(feat, rois[chosen]))
    return cropped[count:]


def _roi_align_layer(extractor: torch.nn.Module) -> RoIAlign:
    """Return the layer of the first level; levels differ in their stride only."""
    layer = extractor.roi_layers[0]
    assert isinstance(layer, RoIAlign), (
        f'the roi extractor has layers of type {type(layer).__name__}, only RoIAlign can be exported to this engine: '
        "set roi_layer=dict(type='RoIAlign', ...) in the model config")
    return layer


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward',
    backend=Backend.TENSORRT.value)
@mark('roi_extractor', inputs=['feats', 'rois'], outputs=['bbox_feats'])
def single_roi_extractor__forward__tensorrt(ctx, self, feats, rois, roi_scale_factor=None):
    """Let one plug-in do all levels; arguments as in `single_roi_extractor__forward`."""
    layer = _roi_align_layer(self)
    return MultiLevelRoiAlign.apply(rois, layer.output_size, self.featmap_strides, self.finest_scale,
                                    layer.sampling_ratio, layer.pool_mode, layer.aligned, roi_scale_factor, *feats)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward',
    backend=Backend.OPENVINO.value)
def single_roi_extractor__forward__openvino(ctx, self, feats, rois, roi_scale_factor=None):
    """Let OpenVINO's own operator do all levels; arguments as in `single_roi_extractor__forward`.

    Raises:
        AssertionError: the operator cannot do what the extractor does.
    """
    layer = _roi_align_layer(self)
    height, width = layer.output_size
    found = (f'crops of {height}x{width}, pool_mode={layer.pool_mode}, aligned={layer.aligned}, '
             f'finest_scale={self.finest_scale}')
    assert height == width and layer.pool_mode == 'avg' and layer.aligned and self.finest_scale == 56, (
        f'OpenVINO crops squares with avg, aligned=True and finest_scale=56 only, found {found}')
    if roi_scale_factor is not None:
        rois = self.roi_rescale(rois, roi_scale_factor)
    return SingleRoIExtractorOpenVINO.apply(height, self.featmap_strides, layer.sampling_ratio, rois, *feats)
