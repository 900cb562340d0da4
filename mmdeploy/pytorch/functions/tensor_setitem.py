"""`torch.Tensor.__setitem__`."""
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced


def _is_plain(key: Any) -> bool:
    """Tell whether a key is a slice without a step."""
    return isinstance(key, slice) and key.step in (None, 1)


def _is_empty(key: slice, size: int) -> bool:
    """Tell whether a slice with bounds that are numbers selects nothing."""
    bounds = (key.start, key.stop)
    return not any(isinstance(b, torch.Tensor) for b in bounds) and not range(*key.indices(size))


def _fit(value: Any, region: torch.Tensor) -> torch.Tensor:
    """Give a value the shape and the type of the region that it is written to."""
    if not isinstance(value, torch.Tensor):
        value = untraced(torch.as_tensor, value)
    value = value.to(region)
    while value.ndim > region.ndim and untraced(value.size, 0) == 1:
        value = value.squeeze(0)
    is_same = untraced(value.size) == untraced(region.size)
    return value if is_same else value.expand_as(region)


def _replace(tensor: torch.Tensor, keys: tuple[slice, ...], value: torch.Tensor, axis: int = 0) -> torch.Tensor:
    """Return a tensor with a region replaced, put together from the parts around it.

    Args:
        tensor: the whole along `axis` and later dimensions, the region along earlier ones.
        keys: the region.
        value: has the shape of the region.
        axis: dimension to begin with.
    """
    if axis == len(keys):
        return value
    start, stop = keys[axis].start, keys[axis].stop

    def part(first, last):
        return tensor[(slice(None), ) * axis + (slice(first, last), )]

    parts = [_replace(part(start, stop), keys, value, axis + 1)]
    if start is not None:
        parts.insert(0, part(None, start))
    if stop is not None:
        parts.append(part(stop, None))
    return parts[0] if len(parts) == 1 else torch.cat(parts, axis)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.__setitem__')
def tensor__setitem__default(ctx, self: torch.Tensor, key, value) -> None:
    """Write to slices by concatenation: many engines lack `ScatterND`, or do it badly."""
    keys = key if isinstance(key, tuple) else (key, )
    if not all(_is_plain(k) for k in keys):
        return ctx.origin_func(self, key, value)
    if any(_is_empty(k, size) for k, size in zip(keys, untraced(self.size), strict=False)):
        return None
    # With a slice as key, PyTorch would export `ScatterND` after all.
    return ctx.origin_func(self, Ellipsis, _replace(self, keys, _fit(value, self[keys])))
