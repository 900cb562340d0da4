"""Crops features of proposals."""
import torch

from mmdeploy.core import FUNCTION_REWRITER, mark


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
