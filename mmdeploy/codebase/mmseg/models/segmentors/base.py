"""The entry of every segmentor."""
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import is_dynamic_shape


@FUNCTION_REWRITER.register_rewriter('mmseg.models.segmentors.BaseSegmentor.forward')
def base_segmentor__forward(ctx, self, img: torch.Tensor, img_metas: Any = None, **kwargs) -> torch.Tensor:
    """Test images [B, C, H, W], whose size the network is told by the tensor instead of by meta data."""
    size = torch._shape_as_tensor(img)[2:]
    if not is_dynamic_shape(ctx.cfg):
        size = [int(side) for side in size]
    return self.simple_test(img, [dict(img_shape=size)] * img.shape[0], **kwargs)
