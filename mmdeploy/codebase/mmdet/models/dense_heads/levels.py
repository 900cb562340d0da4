"""What the dense heads share."""
import torch


def flatten_level(x: torch.Tensor, size: int) -> torch.Tensor:
    """Return predictions [B, A * size, H, W] of one level as [B, H * W * A, size]."""
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, size)


def gather_rows(x: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return rows [B, K] of `x` [B, N, size]."""
    return x.gather(1, rows.unsqueeze(-1).expand(-1, -1, x.shape[-1]))
