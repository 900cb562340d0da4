"""Points on feature maps whose size is known at run time only."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

__all__ = ['mlvl_point_generator__single_level_grid_priors__tensorrt']


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.core.anchor.MlvlPointGenerator.single_level_grid_priors',
    backend=Backend.TENSORRT.value,
    classes=['mmdet.core.anchor.MlvlPointGenerator'])
def mlvl_point_generator__single_level_grid_priors__tensorrt(ctx, self, featmap_size, level_idx, dtype=torch.float32,
                                                             device='cuda', with_stride=False) -> torch.Tensor:
    """Make the points with columns of strides whose length is a product of sizes: TensorRT cannot take it of a shape.

    Args:
        ctx: context of the rewrite.
        self: the generator.
        featmap_size: height and width.
        level_idx: level of the feature map.
        dtype: of the points.
        device: where the points lie.
        with_stride: add the strides behind.

    Returns:
        [H * W, 2], x and y; with strides [H * W, 4].
    """
    height, width = featmap_size
    stride_w, stride_h = self.strides[level_idx]
    x = ((torch.arange(0, width, device=device) + self.offset) * stride_w).to(dtype)
    y = ((torch.arange(0, height, device=device) + self.offset) * stride_h).to(dtype)
    points_x, points_y = self._meshgrid(x, y)
    if not with_stride:
        return torch.stack([points_x, points_y], dim=-1).to(device)
    columns = (torch.full((width * height, ), stride, dtype=dtype, device=device) for stride in (stride_w, stride_h))
    return torch.stack([points_x, points_y, *columns], dim=-1).to(device)
