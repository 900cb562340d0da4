"""`torch.Tensor.__getattribute__`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.__getattribute__', backend=Backend.NCNN.value)
def tensor__getattribute__ncnn(ctx, self: torch.Tensor, name: str):
    """Make `shape` a tuple of numbers: ncnn cannot compute with shapes."""
    if name != 'shape':
        return ctx.origin_func(self, name)
    return torch.Size(untraced(ctx.origin_func, self, name))
