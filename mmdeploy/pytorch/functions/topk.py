"""`torch.topk`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend, get_root_logger

# The most that TensorRT's layer can take.
_TENSORRT_LIMIT = 3840


@FUNCTION_REWRITER.register_rewriter(func_name='torch.topk')
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.topk')
def topk__dynamic(ctx, input: torch.Tensor, k: int, dim: int | None = None, largest: bool = True, sorted: bool = True):
    """Take at most as many elements as there are: engines fail on a `k` that is larger.

    The comparison stays in the graph, because the size may differ at run time.
    """
    dim = -1 if dim is None else dim
    size = input.shape[dim]
    k, size = (value if isinstance(value, torch.Tensor) else torch.tensor(value, device=input.device, dtype=torch.long)
               for value in (k, size))
    k = torch.where(k < size, k, size)
    return ctx.origin_func(input, k, dim=dim, largest=largest, sorted=sorted)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.topk', backend=Backend.TENSORRT.value)
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.topk', backend=Backend.TENSORRT.value)
def topk__tensorrt(ctx,
                   input: torch.Tensor,
                   k: int,
                   dim: int | None = None,
                   largest: bool = True,
                   sorted: bool = True):
    """Take a fixed number of elements, at most as many as there are and as TensorRT can."""
    dim = -1 if dim is None else dim
    k = min(untraced(int, k), untraced(input.size, dim))
    if k > _TENSORRT_LIMIT:
        get_root_logger().warning(f'Maximum K of TopK in TensorRT is {_TENSORRT_LIMIT}, but given {k}. Note that k '
                                  f'will be set to {_TENSORRT_LIMIT}.')
        k = _TENSORRT_LIMIT
    return ctx.origin_func(input, k, dim=dim, largest=largest, sorted=sorted)
