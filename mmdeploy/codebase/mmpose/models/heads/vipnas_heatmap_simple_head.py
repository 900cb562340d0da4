"""The head of ViPNAS."""
import torch

from mmdeploy.core import FUNCTION_REWRITER

from .flip import check_not_flipped


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.heads.ViPNASHeatmapSimpleHead.inference_model',
    classes=['mmpose.models.heads.ViPNASHeatmapSimpleHead'])
def vipnas_heatmap_simple_head__inference_model(ctx, self, x, flip_pairs: None = None) -> torch.Tensor:
    """Return maps [N, K, H, W] as a tensor."""
    check_not_flipped(flip_pairs)
    return self.forward(x)
