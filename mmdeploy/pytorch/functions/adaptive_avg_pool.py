"""`torch.nn.functional.adaptive_avg_pool2d`."""
from collections.abc import Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from ..open_axes import has_open_sizes


@FUNCTION_REWRITER.register_rewriter(
    func_name='torch.nn.functional.adaptive_avg_pool2d', backend=Backend.NCNN.value)
def adaptive_avg_pool2d__function__ncnn(ctx, input: torch.Tensor,
                                        output_size: int | Sequence[int | None]) -> torch.Tensor:
    """Average over whole axes by means where the others are open and keep their size (None).

    Sizes are numbers in ncnn, see `tensor__size__ncnn`: that of the export would stand for each of them.

    Raises:
        NotImplementedError: there are several bins beside an axis that is open and keeps its size.
    """
    keeps = [count is None for count in output_size] if isinstance(output_size, tuple | list) else [False]
    if not any(keeps) or not (torch.jit.is_tracing() and has_open_sizes()):
        return ctx.origin_func(input, output_size)
    if any(count not in (None, 1) for count in output_size):
        raise NotImplementedError(
            f'adaptive_avg_pool2d to {tuple(output_size)}: ncnn pools an axis into bins only where the other one has a '
            'size that is known; make the shape static (onnx_config.dynamic_axes), or give 1 instead of the bins')
    axes = [axis for axis, kept in zip((-2, -1), keeps, strict=True) if not kept]
    return input.mean(axes, keepdim=True) if axes else input
