"""`torch.topk`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


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
