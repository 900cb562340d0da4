"""Point-wise spatial attention (Zhao et al. 2018)."""
from collections.abc import Callable, Sequence

import torch
from mmseg.ops import resize
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER


def _resize(x: torch.Tensor, size: Sequence, is_aligned: torch.Tensor) -> torch.Tensor:
    """Resize [N, C, H, W] with aligned corners or not, as the running network says."""
    aligned, other = (resize(x, size=size, mode='bilinear', align_corners=align, warning=False)
                      for align in (True, False))
    return torch.where(is_aligned, aligned, other)


def _attend(head: torch.nn.Module, x: torch.Tensor, attention: Callable, mask: Callable,
            is_collect: bool) -> torch.Tensor:
    """Return [N, C, H, W], each place a mean of those that its mask lets in."""
    n, c, h, w = x.shape
    y = attention(x)
    if not head.compact:
        y = mask(y)
    elif is_collect:
        y = y.view(n, h * w, h * w).transpose(1, 2).reshape(n, h * w, h, w)
    if head.psa_softmax:
        y = F.softmax(y, dim=1)
    out = torch.bmm(x.reshape(n, c, h * w), y.reshape(n, h * w, h * w)).reshape(n, c, h, w)
    return out * (1.0 / head.normalization_factor)


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.decode_heads.PSAHead.forward', classes=['mmseg.models.decode_heads.PSAHead'])
def psa_head__forward(ctx, self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return scores [N, classes, H, W].

    The original decides while it is traced whether both sides are odd, on which it depends how maps are resized.
    """
    factor = self.shrink_factor
    x = self._transform_inputs(inputs)
    h, w = x.shape[2:]
    if factor == 1 or not isinstance(h, torch.Tensor):
        return ctx.origin_func(self, inputs)
    is_aligned = (h % factor != 0) & (w % factor != 0)
    size = [torch.where(is_aligned, (side - 1) // factor + 1, side // factor) for side in (h, w)]
    if self.psa_type == 'bi-direction':
        # Compact masks of both directions are told apart by which one is transposed.
        parts = [(self.reduce, self.attention, self.psamask_collect, False),
                 (self.reduce_p, self.attention_p, self.psamask_distribute, True)]
    else:
        parts = [(self.reduce, self.attention, getattr(self, 'psamask', None), self.psa_type == 'collect')]
    found = [_attend(self, _resize(reduce(x), size, is_aligned), attention, mask, is_collect)
             for reduce, attention, mask, is_collect in parts]
    out = _resize(self.proj(torch.cat(found, 1)), x.shape[2:], is_aligned)
    return self.cls_seg(self.bottleneck(torch.cat((x, out), dim=1)))
