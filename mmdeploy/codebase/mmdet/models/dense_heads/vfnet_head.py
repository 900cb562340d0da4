"""VarifocalNet: a deformable convolution that looks at nine places of a box."""
import torch

from mmdeploy.core import FUNCTION_REWRITER

# Which distance each offset is, y and x of the nine places: 0 to the left, 1 to the top, 2 to the right, 3 to the
# bottom, 4 none.
_OFFSETS = (1, 0, 1, 4, 1, 2, 4, 0, 4, 4, 4, 2, 3, 0, 3, 4, 3, 2)


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.dense_heads.VFNetHead.star_dcn_offset', classes=['mmdet.models.dense_heads.VFNetHead'])
def vfnet_head__star_dcn_offset(ctx, self, bbox_pred, gradient_mul, stride):
    """Return offsets [B, 18, H, W] for distances [B, 4, H, W], without writing into them."""
    signs = bbox_pred.new_tensor([-1.0, -1.0, 1.0, 1.0]).view(1, 4, 1, 1)
    distances = bbox_pred / stride * signs
    places = torch.cat([distances, distances[:, :1] * 0], 1)
    return places[:, list(_OFFSETS)] - self.dcn_base_offset.type_as(bbox_pred)
