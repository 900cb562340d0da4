"""`torch.Tensor.size`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.size', backend=Backend.NCNN.value)
def tensor__size__ncnn(ctx, self: torch.Tensor, *args, **kwargs) -> int | tuple[int, ...]:
    """Return numbers, not values of the graph: ncnn cannot compute with shapes."""
    return untraced(ctx.origin_func, self, *args, **kwargs)
