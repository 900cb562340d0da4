"""Attention in shifted windows (Liu et al. 2021), which code bases have in equal copies."""
from collections.abc import Callable, Sequence

import torch
from torch.nn import functional as F


def partition(x: torch.Tensor, window: int) -> torch.Tensor:
    """Return the windows [windows * B, window * window, C] of [B, H, W, C]."""
    batch, height, width, channels = x.shape
    x = x.reshape(batch, height // window, window, width // window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def reverse(windows: torch.Tensor, height: int | torch.Tensor, width: int | torch.Tensor,
            window: int) -> torch.Tensor:
    """Return [B, H, W, C] of what `partition` gives."""
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
    regions = partition(regions.unsqueeze(0).unsqueeze(3), window).squeeze(2)
    return (regions.unsqueeze(1) != regions.unsqueeze(2)).float() * -100


def pad(x: torch.Tensor, right: int | torch.Tensor, bottom: int | torch.Tensor, window: int) -> torch.Tensor:
    """Return [B, H, W, C] with zeros at the right and the bottom; `window` is not read."""
    return F.pad(x, (0, 0, 0, right, 0, bottom))


def pad_by_slices(x: torch.Tensor, right: int | torch.Tensor, bottom: int | torch.Tensor, window: int) -> torch.Tensor:
    """Do what `pad` does by zeros of a whole window, of which as many are taken as are needed.

    TensorRT pads by numbers only that it knows when it builds an engine.

    Args:
        x: [B, H, W, C].
        right, bottom: how many zeros, less than `window`.
        window: how many there are to take from.
    """
    for axis, missing in ((1, bottom), (2, right)):
        if isinstance(missing, int) and missing == 0:
            continue
        size, times = x.shape[axis], [1, 1, 1, 1]
        times[axis] = window
        x = torch.cat([x, torch.zeros_like(x.narrow(axis, 0, 1)).repeat(times)], axis)
        x = x[:, :size + missing] if axis == 1 else x[:, :, :size + missing]
    return x


def attend_in_windows(layer: torch.nn.Module, query: torch.Tensor, size: Sequence,
                      add_zeros: Callable[..., torch.Tensor] = pad) -> torch.Tensor:
    """Do what `ShiftWindowMSA.forward` does, for each size and batch that a network is run with.

    The original counts the batch in Python and decides while it is traced whether it has padded.

    Args:
        layer: the `ShiftWindowMSA`.
        query: [B, H * W, C].
        size: H and W.
        add_zeros: `pad`, or `pad_by_slices`.
    """
    batch, _, channels = query.shape
    (height, width), window, shift = size, layer.window_size, layer.shift_size
    query = query.reshape(batch, height, width, channels)
    right, bottom = ((window - side % window) % window for side in (width, height))
    query = add_zeros(query, right, bottom, window)
    padded = query.shape[1:3]
    mask = None
    if shift > 0:
        query = torch.roll(query, (-shift, -shift), (1, 2))
        mask = _shifted_mask(*padded, window, shift).to(query.device)
    x = reverse(layer.w_msa(partition(query, window), mask=mask), *padded, window)
    if shift > 0:
        x = torch.roll(x, (shift, shift), (1, 2))
    x = x[:, :height, :width].reshape(batch, height * width, channels)
    return layer.drop(x)
