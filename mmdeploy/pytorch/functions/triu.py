"""`torch.triu`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(func_name='torch.triu')
@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.triu')
def triu__default(ctx, input: torch.Tensor, diagonal: int = 0, *args, **kwargs) -> torch.Tensor:
    """Keep what lies on or above a diagonal of the last two dimensions, by comparing rows with columns.

    Engines lack the operator of newer ONNX versions. The rest is zero even where `input` is infinite.
    """
    assert input.ndim >= 2, f'torch.triu takes matrices [*, H, W], found {list(input.shape)}'
    height, width = input.shape[-2:]
    rows = torch.arange(height, device=input.device).unsqueeze(-1)
    columns = torch.arange(width, device=input.device).unsqueeze(0)
    return torch.where(columns >= rows + diagonal, input, torch.zeros_like(input))
