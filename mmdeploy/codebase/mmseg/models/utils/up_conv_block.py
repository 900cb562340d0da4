"""The block of UNet's decoder."""
import torch
from mmseg.ops import resize

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import is_dynamic_shape


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.utils.UpConvBlock.forward', classes=['mmseg.models.utils.UpConvBlock'])
def up_conv_block__forward(ctx, self, skip: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Enlarge `x` [N, C, H, W] to the size of `skip`, which differs by a pixel where a side was odd.

    mmseg refuses images of such sizes; for all others the result is mmseg's.
    """
    if not is_dynamic_shape(ctx.cfg):
        return ctx.origin_func(self, skip, x)
    x = resize(self.upsample(x), skip.shape[2:], mode='bilinear', align_corners=False, warning=False)
    return self.conv_block(torch.cat([skip, x], dim=1))
