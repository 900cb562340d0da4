"""Attention in shifted windows (Liu et al. 2021), which code bases have in equal copies."""
from collections.abc import Sequence

import torch
from torch.nn import functional as F


def _partition(x: torch.Tensor, window: int) -> torch.Tensor:
    """Return the windows [windows * B, window * window, C] of [B, H, W, C]."""
    batch, height, width, channels = x.shape
    x = x.reshape(batch, height // window, window, width // window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def _reverse(windows: torch.Tensor, height: int | torch.Tensor, width: int | torch.Tensor,
             window: int) -> torch.Tensor:
    """Return [B, H, W, C] of what `_partition` gives."""
    channels = windows.shape[-1]
    x = windows.reshape(-1, height // window, width // window, window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, channels)


def _regions(size: int | torch.Tensor, window: int, shift: int) -> torch.Tensor:
    """Return [size], in which of three stretches a place lies that the shift has put side by side."""
    places = torch.arange(size)
    return (places >= size - window).long() + (places >= size - shift).long()


def _shifted_mask(height: int | torch.Tensor, width: int | torch.Tensor, window: int, shift: int) -> torch.Tensor:
    """Return [windows, N, N], -100 where places of a window come from different regions, else 0."""
    regions = _regions(height, window, shift).unsqueeze(1) * 3 + _regions(width, window, shift)
    regions = _partition(regions.unsqueeze(0).unsqueeze(3), window).squeeze(2)
    return (regions.unsqueeze(1) != regions.unsqueeze(2)).float() * -100


def attend_in_windows(layer: torch.nn.Module, query: torch.Tensor, size: Sequence) -> torch.Tensor:
    """Do what `ShiftWindowMSA.forward` does, for each size and batch that a network is run with.

    The original counts the batch in Python and decides while it is traced whether it has padded.

    Args:
        layer: the `ShiftWindowMSA`.
        query: [B, H * W, C].
        size: H and W.
    """
    batch, _, channels = query.shape
    (height, width), window, shift = size, layer.window_size, layer.shift_size
    query = query.reshape(batch, height, width, channels)
    right, bottom = ((window - side % window) % window for side in (width, height))
    query = F.pad(query, (0, 0, 0, right, 0, bottom))
    padded = query.shape[1:3]
    mask = None
    if shift > 0:
        query = torch.roll(query, (-shift, -shift), (1, 2))
        mask = _shifted_mask(*padded, window, shift).to(query.device)
    x = _reverse(layer.w_msa(_partition(query, window), mask=mask), *padded, window)
    if shift > 0:
        x = torch.roll(x, (shift, shift), (1, 2))
    x = x[:, :height, :width].reshape(batch, height * width, channels)
    return layer.drop(x)
