"""Heads of several stages, of which the last one answers."""
import torch

from mmdeploy.core import FUNCTION_REWRITER

from .flip import check_not_flipped


def _last(outputs: list[torch.Tensor]) -> torch.Tensor:
    assert isinstance(outputs, list), f'the head gave {type(outputs).__name__}, expected a list of its stages'
    return outputs[-1]


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.heads.TopdownHeatmapMultiStageHead.inference_model',
    classes=['mmpose.models.heads.TopdownHeatmapMultiStageHead'])
def topdown_heatmap_multi_stage_head__inference_model(ctx, self, x, flip_pairs: None = None) -> torch.Tensor:
    """Return the maps [N, K, H, W] of the last stage as a tensor."""
    check_not_flipped(flip_pairs)
    return _last(self.forward(x))


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.heads.TopdownHeatmapMSMUHead.inference_model',
    classes=['mmpose.models.heads.TopdownHeatmapMSMUHead'])
def topdown_heatmap_msmu_head__inference_model(ctx, self, x, flip_pairs: None = None) -> torch.Tensor:
    """Return the maps [N, K, H, W] of the last unit of the last stage as a tensor."""
    check_not_flipped(flip_pairs)
    return _last(self.forward(x))
