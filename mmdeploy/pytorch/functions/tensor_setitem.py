"""`torch.Tensor.__setitem__`."""
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.__setitem__')
def tensor__setitem__default(ctx, self: torch.Tensor, key: Any, value: Any) -> None:
    """Record the write as PyTorch does.

    MMDeploy 0.7.0 puts the tensor together from parts here, so that no `ScatterND` is exported. Whoever writes to a
    view, or reads one later, would not see it; `mmdeploy.pytorch.inplace` does the same for the whole graph, where all
    views are known.
    """
    return ctx.origin_func(self, key, value)
