"""`torch.nn.functional.interpolate`."""
import math
from collections.abc import Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend, get_root_logger

from ..open_axes import has_open_sizes


def _scale(size: int, wanted: int) -> float:
    """Return the factor by which PyTorch resizes `size` pixels to exactly `wanted`: it rounds down."""
    scale = wanted / size
    while int(size * scale) < wanted:
        scale = math.nextafter(scale, math.inf)
    return scale


def _scales(input: torch.Tensor, size: int | Sequence[int]) -> list[float]:
    """Return the factors that resize [N, C, *] to `size`, one per spatial dimension."""
    spatial = untraced(input.size)[2:]
    wanted = [size] * len(spatial) if isinstance(size, int | torch.Tensor) else size
    return [_scale(own, int(want)) for own, want in zip(spatial, wanted, strict=True)]


@FUNCTION_REWRITER.register_rewriter(func_name='torch.nn.functional.interpolate', backend=Backend.NCNN.value)
def interpolate__ncnn(ctx,
                      input: torch.Tensor,
                      size: int | Sequence[int] | None = None,
                      scale_factor: float | Sequence[float] | None = None,
                      mode: str = 'nearest',
                      align_corners: bool | None = None,
                      recompute_scale_factor: bool | None = None,
                      **kwargs) -> torch.Tensor:
    """Resize by factors instead of to a size, which would be computed in the graph.

    With open sizes no factor is right for all of them.
    """
    if size is not None and scale_factor is None and not (torch.jit.is_tracing() and has_open_sizes()):
        size, scale_factor = None, _scales(input, size)
    return ctx.origin_func(
        input,
        size=size,
        scale_factor=scale_factor,
        mode=mode,
        align_corners=align_corners,
        recompute_scale_factor=recompute_scale_factor,
        **kwargs)


class BicubicInterpolate(torch.autograd.Function):
    """Exports `mmdeploy::TRTBicubicInterpolate`."""

    @staticmethod
    def symbolic(g, input, interpolate, scale_factor, align_corners):
        """Emit the node."""
        return g.op(
            'mmdeploy::TRTBicubicInterpolate', input, scale_factor_f=scale_factor, align_corners_i=bool(align_corners))

    @staticmethod
    def forward(ctx, input: torch.Tensor, interpolate, scale_factor: Sequence[float],
                align_corners: bool | None) -> torch.Tensor:
        """Resize.

        Args:
            ctx: context of the Function.
            input: [N, C, H, W].
            interpolate: PyTorch's own function.
            scale_factor: of height and width.
            align_corners: as in `interpolate`.
        """
        return untraced(
            interpolate, input, scale_factor=scale_factor, mode='bicubic', align_corners=align_corners)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.nn.functional.interpolate', backend=Backend.TENSORRT.value)
def interpolate__tensorrt(ctx,
                          input: torch.Tensor,
                          size: int | Sequence[int] | None = None,
                          scale_factor: float | Sequence[float] | None = None,
                          mode: str = 'nearest',
                          align_corners: bool | None = None,
                          recompute_scale_factor: bool | None = None,
                          **kwargs) -> torch.Tensor:
    """Use the plug-in for bicubic interpolation, which TensorRT lacks."""
    # PyTorch places the samples by the factors as they are, unless it is to compute them anew.
    if mode != 'bicubic' or (size is None) == (scale_factor is None) or recompute_scale_factor:
        return ctx.origin_func(
            input,
            size=size,
            scale_factor=scale_factor,
            mode=mode,
            align_corners=align_corners,
            recompute_scale_factor=recompute_scale_factor,
            **kwargs)
    if scale_factor is None:
        get_root_logger().warning('Bicubic interpolation to a size is exported to TensorRT with fixed factors: inputs '
                                  'of other shapes will not get that size. Use scale_factor for dynamic shapes.')
        scale_factor = _scales(input, size)
    elif isinstance(scale_factor, float | int):
        scale_factor = [scale_factor] * 2
    return BicubicInterpolate.apply(input, ctx.origin_func, [float(scale) for scale in scale_factor], align_corners)
