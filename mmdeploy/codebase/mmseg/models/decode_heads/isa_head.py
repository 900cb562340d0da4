"""Interlaced sparse self-attention (Huang et al. 2019)."""
from collections.abc import Sequence

import torch
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmseg.models.decode_heads.ISAHead.forward', classes=['mmseg.models.decode_heads.ISAHead'])
def isa_head__forward(ctx, self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return scores [N, classes, H, W]; groups are counted and padded in the graph, the original makes constants."""
    residual = x = self.in_conv(self._transform_inputs(inputs))
    n, c, h, w = x.size()
    local_h, local_w = self.down_factor
    global_h, global_w = (h + local_h - 1) // local_h, (w + local_w - 1) // local_w
    pad_h, pad_w = global_h * local_h - h, global_w * local_w - w
    x = F.pad(x, [pad_w // 2, pad_w - pad_w // 2, pad_h // 2, pad_h - pad_h // 2])

    x = x.reshape(n, c, global_h, local_h, global_w, local_w).permute(0, 3, 5, 1, 2, 4)
    x = self.global_relation(x.reshape(-1, c, global_h, global_w))
    x = x.reshape(n, local_h, local_w, c, global_h, global_w).permute(0, 4, 5, 3, 1, 2)
    x = self.local_relation(x.reshape(-1, c, local_h, local_w))
    x = x.reshape(n, global_h, global_w, c, local_h, local_w).permute(0, 3, 1, 4, 2, 5)
    x = x.reshape(n, c, global_h * local_h, global_w * local_w)

    x = x[:, :, pad_h // 2:pad_h // 2 + h, pad_w // 2:pad_w // 2 + w]
    return self.cls_seg(self.out_conv(torch.cat([x, residual], dim=1)))
