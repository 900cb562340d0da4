"""Layers that enlarge feature maps."""
import torch
from mmseg.ops import resize

from mmdeploy.core import FUNCTION_REWRITER


def _enlarged(size: int | torch.Tensor, factor: float) -> int | torch.Tensor:
    """Return the whole part of a side times a factor; of a traced side it stays open."""
    if not isinstance(size, torch.Tensor):
        return int(size * factor)
    return size * int(factor) if factor == int(factor) else (size * factor).floor().long()


@FUNCTION_REWRITER.register_rewriter('mmseg.ops.Upsample.forward', classes=['mmseg.ops.Upsample'])
def upsample__forward(ctx, self, x: torch.Tensor) -> torch.Tensor:
    """Enlarge [N, C, H, W]; the original makes a constant of the size."""
    size = self.size
    if not size:
        factors = self.scale_factor if isinstance(self.scale_factor, tuple) else (self.scale_factor, ) * 2
        size = [_enlarged(side, factor) for side, factor in zip(x.shape[-2:], factors, strict=True)]
    return resize(x, size, None, self.mode, self.align_corners, warning=False)
