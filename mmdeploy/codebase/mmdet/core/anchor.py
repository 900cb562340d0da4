"""Anchors on feature maps whose size is known at run time only."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.op.grid_priors.symbolic import GridPriorsTRTOp
from mmdeploy.utils import Backend

__all__ = ['GridPriorsTRTOp', 'anchorgenerator__single_level_grid_priors__trt']


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.core.anchor.anchor_generator.AnchorGenerator.single_level_grid_priors',
    backend=Backend.TENSORRT.value,
    classes=['mmdet.core.anchor.AnchorGenerator'])
def anchorgenerator__single_level_grid_priors__trt(ctx, self, featmap_size, level_idx, dtype=torch.float32,
                                                   device='cuda') -> torch.Tensor:
    """Let a plug-in make the anchors, unless the size is a number.

    Args:
        ctx: context of the rewrite.
        self: the generator.
        featmap_size: height and width.
        level_idx: level of the feature map.
        dtype: of the anchors.
        device: where the anchors lie.

    Returns:
        [H * W * A, 4].
    """
    height, width = featmap_size
    if isinstance(height, int) and isinstance(width, int):
        return ctx.origin_func(self, featmap_size, level_idx, dtype=dtype, device=device).data
    base_anchors = self.base_anchors[level_idx].to(device).to(dtype)
    stride_w, stride_h = self.strides[level_idx]
    return GridPriorsTRTOp.apply(base_anchors, height, width, stride_h, stride_w)
