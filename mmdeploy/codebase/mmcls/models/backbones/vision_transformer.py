"""VisionTransformer."""
import torch
from mmcls.models.utils import resize_pos_embed

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.backbones.vision_transformer.VisionTransformer.forward',
    backend=Backend.NCNN.value,
    classes=['mmcls.models.backbones.VisionTransformer'])
def visiontransformer__forward__ncnn(ctx, self, x: torch.Tensor):
    """Do not expand the class token: in ncnn the batch is always 1."""
    x, patch_resolution = self.patch_embed(x)
    x = torch.cat((self.cls_token, x), dim=1)
    x = x + resize_pos_embed(
        self.pos_embed,
        self.patch_resolution,
        patch_resolution,
        mode=self.interpolate_mode,
        num_extra_tokens=self.num_extra_tokens)
    x = self.drop_after_pos(x)
    if not self.with_cls_token:
        x = x[:, 1:]

    outs = []
    for i, layer in enumerate(self.layers):
        x = layer(x)
        if i == len(self.layers) - 1 and self.final_norm:
            x = self.norm1(x)
        if i not in self.out_indices:
            continue
        channels = x.shape[-1]
        patches = x[:, 1:] if self.with_cls_token else x
        patches = patches.reshape(1, *patch_resolution, channels)
        patches = patches.permute(0, 3, 1, 2)
        if self.output_cls_token:
            outs.append([patches, x[:, 0] if self.with_cls_token else None])
        else:
            outs.append(patches)
    return tuple(outs)
