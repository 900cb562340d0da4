"""`torch.Tensor.expand`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .sizes import sizes_of


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.expand', backend=Backend.NCNN.value)
def expand__ncnn(ctx, self: torch.Tensor, *sizes) -> torch.Tensor:
    """Leave out what repeats nothing, as models do to give one token to each image of a batch."""
    wanted = sizes_of(sizes)
    if self.ndim >= 3 and len(wanted) == self.ndim:
        if all(size in (-1, own) for size, own in zip(wanted, self.shape, strict=True)):
            return self
    return ctx.origin_func(self, *sizes)
