"""Crops features of proposals."""
from collections.abc import Sequence

import torch
from mmcv.ops import RoIAlign

from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.op.multi_level_roi_align.symbolic import MultiLevelRoiAlign, SingleRoIExtractorOpenVINO
from mmdeploy.op.torchscript import torchscript_operator
from mmdeploy.utils import Backend, is_dynamic_batch

EXTRACTORS = ['mmdet.models.roi_heads.SingleRoIExtractor']


@FUNCTION_REWRITER.register_rewriter('mmdet.models.roi_heads.SingleRoIExtractor.forward', classes=EXTRACTORS)
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


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward',
    backend=Backend.TENSORRT.value, classes=EXTRACTORS)
@mark('roi_extractor', inputs=['feats', 'rois'], outputs=['bbox_feats'])
def single_roi_extractor__forward__tensorrt(ctx, self, feats, rois, roi_scale_factor=None):
    """Let one plug-in do all levels; arguments as in `single_roi_extractor__forward`."""
    layer = self.roi_layers[0]
    assert isinstance(layer, RoIAlign), (
        f'the roi extractor has layers of type {type(layer).__name__}, only RoIAlign can be exported to TensorRT: set '
        "roi_layer=dict(type='RoIAlign', ...) in the model config")
    if len(feats) == 1:
        roi_scale_factor = None  # mmdet scales no rois then
    return MultiLevelRoiAlign.apply(rois, layer.output_size, self.featmap_strides, self.finest_scale,
                                    layer.sampling_ratio, layer.pool_mode, layer.aligned, roi_scale_factor, *feats)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward',
    backend=Backend.TORCHSCRIPT.value, classes=EXTRACTORS)
@mark('roi_extractor', inputs=['feats', 'rois'], outputs=['bbox_feats'])
def single_roi_extractor__forward__torchscript(ctx, self, feats, rois, roi_scale_factor=None):
    """Let our operator do all levels; arguments as in `single_roi_extractor__forward`."""
    layer = self.roi_layers[0]
    assert isinstance(layer, RoIAlign), (
        f'the roi extractor has layers of type {type(layer).__name__}, only RoIAlign can be exported to TorchScript: '
        "set roi_layer=dict(type='RoIAlign', ...) in the model config")
    if len(feats) == 1 or roi_scale_factor is None:
        roi_scale_factor = -1.0  # mmdet scales no rois of a single level
    return torchscript_operator('MMCVMultiLevelRoiAlign')(
        rois, list(feats), [float(stride) for stride in self.featmap_strides],
        pool_mode=('max', 'avg').index(layer.pool_mode), output_height=layer.output_size[0],
        output_width=layer.output_size[1], sampling_ratio=int(layer.sampling_ratio),
        roi_scale_factor=float(roi_scale_factor), finest_scale=int(self.finest_scale), aligned=int(layer.aligned))


def _openvino_has(cfg: dict, extractor: torch.nn.Module, feats: Sequence[torch.Tensor]) -> bool:
    """Tell whether OpenVINO's operator does what an extractor does: average over squares, of one image."""
    layer = extractor.roi_layers[0]
    return (isinstance(layer, RoIAlign) and layer.output_size[0] == layer.output_size[1] and layer.pool_mode == 'avg'
            and layer.aligned and extractor.finest_scale == 56 and feats[0].shape[0] == 1
            and not is_dynamic_batch(cfg))


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward',
    backend=Backend.OPENVINO.value, classes=EXTRACTORS)
def single_roi_extractor__forward__openvino(ctx, self, feats, rois, roi_scale_factor=None):
    """Let OpenVINO's own operator do all levels where it can; arguments as in `single_roi_extractor__forward`.

    It chooses the level after the rois are scaled, so those that are take the other way.
    """
    if roi_scale_factor is not None or not _openvino_has(ctx.cfg, self, feats):
        return single_roi_extractor__forward(ctx, self, feats, rois, roi_scale_factor)
    layer = self.roi_layers[0]
    return SingleRoIExtractorOpenVINO.apply(layer.output_size[0], self.featmap_strides, layer.sampling_ratio, rois,
                                            *feats)
