"""Dense prediction transformers (Ranftl et al. 2021)."""
import torch
from mmseg.ops import resize

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.decode_heads.dpt_head.FeatureFusionBlock.forward',
    classes=['mmseg.models.decode_heads.dpt_head.FeatureFusionBlock'])
def feature_fusion_block__forward(ctx, self, *inputs: torch.Tensor) -> torch.Tensor:
    """Fuse feature maps [N, C, H, W]; the second is always resized, which changes nothing where sizes are equal.

    The original compares sizes while it is traced.
    """
    x = inputs[0]
    if len(inputs) == 2:
        x = x + self.res_conv_unit1(resize(inputs[1], size=x.shape[2:], mode='bilinear', align_corners=False))
    x = resize(self.res_conv_unit2(x), scale_factor=2, mode='bilinear', align_corners=self.align_corners)
    return self.project(x)
