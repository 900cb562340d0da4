"""Vision transformers."""
from collections.abc import Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import is_dynamic_shape


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.backbones.vit.VisionTransformer._pos_embeding',
    classes=['mmseg.models.backbones.vit.VisionTransformer'])
def vision_transformer__pos_embeding(ctx, self, patched_img: torch.Tensor, hw_shape: Sequence,
                                     pos_embed: torch.Tensor) -> torch.Tensor:
    """Add the embedding of the positions to [N, 1 + H * W, C], resized to what the graph is run with.

    The original decides while it is traced; as many positions as it has are not resized.
    """
    if not is_dynamic_shape(ctx.cfg):
        return ctx.origin_func(self, patched_img, hw_shape, pos_embed)
    own = [side // self.patch_size for side in self.img_size]
    assert pos_embed.shape[1] == own[0] * own[1] + 1, f'Unexpected shape of pos_embed, got {tuple(pos_embed.shape)}'
    is_own = torch._shape_as_tensor(patched_img)[1] == own[0] * own[1] + 1
    size = [torch.where(is_own, torch.tensor(mine), torch.as_tensor(side))
            for mine, side in zip(own, hw_shape, strict=True)]
    pos_embed = self.resize_pos_embed(pos_embed, size, own, self.interpolate_mode)
    return self.drop_after_pos(patched_img + pos_embed)
