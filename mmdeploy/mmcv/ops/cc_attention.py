"""Criss-cross attention (Huang et al. 2019)."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.cc_attention.NEG_INF_DIAG')
def neg_inf_diag__default(ctx, n: int, device: torch.device) -> torch.Tensor:
    """Return [n, n] of zeros with -inf on the diagonal, for an `n` that may be open: torch.diag has no export."""
    index = torch.arange(n, device=device)
    return torch.zeros_like(index, dtype=torch.float).repeat(n, 1).masked_fill(
        index.unsqueeze(0) == index.unsqueeze(1), float('-inf'))
