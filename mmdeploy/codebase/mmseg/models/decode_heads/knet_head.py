"""K-Net (Zhang et al. 2021)."""
import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER

_HEAD = 'mmseg.models.decode_heads.knet_head.KernelUpdateHead'


def _resize(x: torch.Tensor, **size) -> torch.Tensor:
    return F.interpolate(x, **size, mode='bilinear', align_corners=False)


def _keeps_size(conv: nn.Conv2d) -> bool:
    """Tell whether a convolution gives maps of the size that it gets, whatever that is."""
    return all(stride == 1 and 2 * padding == dilation * (size - 1) for stride, padding, dilation, size in zip(
        conv.stride, conv.padding, conv.dilation, conv.kernel_size, strict=True))


def _filter_each(x: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Filter each map of [N, C, H, W] with its own kernels [N, O, C, K, K]: [N, O, H', W'].

    A filter is a sum of products of matrices, one for each place of the kernel: a convolution has one set of kernels.
    """
    size = kernels.shape[-1]
    pad = size // 2
    x = F.pad(x, (pad, pad, pad, pad)) if pad else x
    height, width = x.shape[2] - size + 1, x.shape[3] - size + 1
    found = sum(torch.matmul(kernels[..., i, j], x[:, :, i:i + height, j:j + width].flatten(2))
                for i in range(size) for j in range(size))
    return found.reshape(x.shape[0], kernels.shape[1], height, width)


def _update_kernels(head: nn.Module, x: torch.Tensor, kernels: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """Return what is seen under the masks [N, P, H, W], mixed with the kernels [N, P, C, K, K]: [N, P, K * K, C]."""
    batch, count = kernels.shape[:2]
    seen = torch.matmul(masks.softmax(1).flatten(2), x.flatten(2).transpose(1, 2))  # [N, P, C]
    kernels = kernels.reshape(batch, count, head.in_channels, -1).permute(0, 1, 3, 2)
    found = head.kernel_update_conv(seen, kernels).reshape(batch, count, -1).permute(1, 0, 2)
    found = head.attention_norm(head.attention(found)).permute(1, 0, 2)
    found = found.reshape(batch, count, -1, head.in_channels)
    return head.ffn_norm(head.ffn(found)) if head.with_ffn else found


@FUNCTION_REWRITER.register_rewriter(f'{_HEAD}.forward', classes=[_HEAD])
def kernel_update_head__forward(ctx, self, x: torch.Tensor, proposal_feat: torch.Tensor, mask_preds: torch.Tensor,
                                mask_shape: tuple[int, int] | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Refine masks and the kernels that find them; the original filters the images of a batch one by one.

    Args:
        ctx: context of the rewrite.
        self: the head.
        x: features [N, C, H, W].
        proposal_feat: kernels [N, P, C, K, K].
        mask_preds: masks [N, P, h, w].
        mask_shape: size of the new masks, by default that of the features.

    Returns:
        Masks [N, P, H, W] and kernels [N, P, C, K, K].
    """
    keeps_size = self.feat_transform is None or _keeps_size(self.feat_transform.conv)
    x = x if self.feat_transform is None else self.feat_transform(x)
    # Masks are of the features before: of one size in the export, they may be of others in use if that changes.
    if not keeps_size or mask_preds.shape[2] != x.shape[2] or mask_preds.shape[3] != x.shape[3]:
        mask_preds = _resize(mask_preds, size=x.shape[2:])
    found = _update_kernels(self, x, proposal_feat, mask_preds)
    filters = found
    for layer in self.mask_fcs:
        filters = layer(filters)
    size, batch, count = self.conv_kernel_size, *proposal_feat.shape[:2]
    filters = self.fc_mask(filters).permute(0, 1, 3, 2).reshape(batch, count, -1, size, size)
    shrinks = self.mask_transform_stride == 2
    masks = _filter_each(_resize(x, scale_factor=0.5) if shrinks and self.feat_gather_stride == 1 else x, filters)
    height = masks.shape[2]
    masks = _resize(masks, scale_factor=2) if shrinks else masks
    if mask_shape is not None and mask_shape[0] != height:
        masks = _resize(masks, size=mask_shape)
    return masks, found.permute(0, 1, 3, 2).reshape(batch, count, self.in_channels, size, size)
