"""`torch.nn.functional.normalize`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(func_name='torch.nn.functional.normalize', backend=Backend.NCNN.value)
def normalize__ncnn(ctx, input: torch.Tensor, p: int = 2, dim: int = 1, eps: float = 1e-12, *args,
                    **kwargs) -> torch.Tensor:
    """Normalise channels, which is what ncnn's layer can: other dimensions take their place meanwhile.

    For p=1 the sum is divided by, as there is no layer.

    Raises:
        AssertionError: ncnn has no layer for this.
    """
    dim = dim + input.ndim if dim < 0 else dim
    found = f'p={p}, dim={dim}, input {list(input.shape)}'
    assert p in (1, 2), f'ncnn normalises with p=1 and p=2 only, found {found}'
    assert dim != 0, f'ncnn has no batch dimension to normalise: dim must not be 0, found {found}'
    assert input.ndim in (3, 4) and input.shape[0] == 1, (
        f'ncnn normalises [1,C,W] and [1,C,H,W] only, found {found}')
    if p == 1:
        return input / input.abs().sum(dim, keepdim=True).clamp(min=eps)
    out = input.transpose(1, dim)
    if input.ndim == 3:
        out = out.unsqueeze(2)
    out = ctx.origin_func(out, p, 1, eps, *args, **kwargs)
    if input.ndim == 3:
        out = out.squeeze(2)
    return out.transpose(1, dim)
