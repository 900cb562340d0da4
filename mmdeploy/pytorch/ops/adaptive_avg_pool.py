"""Adaptive average pooling."""
from collections.abc import Sequence

import torch
from torch.onnx.symbolic_helper import (
    _get_tensor_rank,
    _get_tensor_sizes,
    _maybe_get_const,
    _squeeze_helper,
    _unpack_list,
    _unsqueeze_helper,
)

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.utils import Backend


def _bins(size: int, count: int) -> list[tuple[int, int]]:
    """Return begin and end of the bins that PyTorch averages; they may overlap."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


def _window(size: int, count: int) -> tuple[int, int] | None:
    """Return kernel and stride of the plain pooling with the same bins, None when there is none."""
    stride = size // count
    kernel = size - (count - 1) * stride
    if stride and [(i * stride, i * stride + kernel) for i in range(count)] == _bins(size, count):
        return kernel, stride
    return None


def _matrix(size: int, count: int) -> torch.Tensor:
    """Return [size, count], which averages the bins of a known size."""
    matrix = torch.zeros(size, count)
    for i, (begin, end) in enumerate(_bins(size, count)):
        matrix[begin:end, i] = 1 / (end - begin)
    return matrix


def _open_matrix(g, x, axis: int, count: int):
    """Emit what `_matrix` says for a size that only the running network knows."""
    bins = torch.arange(count)
    size = g.op('Gather', g.op('Shape', x), g.op('Constant', value_t=torch.tensor(axis)))
    divisor = g.op('Constant', value_t=torch.tensor(count))
    begin = g.op('Div', g.op('Mul', size, g.op('Constant', value_t=bins)), divisor)
    end = g.op('Mul', size, g.op('Constant', value_t=bins + 1))
    end = g.op('Div', g.op('Add', end, g.op('Constant', value_t=torch.tensor(count - 1))), divisor)
    first, step = (g.op('Constant', value_t=torch.tensor(value)) for value in (0, 1))
    index = _unsqueeze_helper(g, g.op('Range', first, size, step), [1])
    inside = g.op('And', g.op('Not', g.op('Less', index, begin)), g.op('Less', index, end))
    width = g.op('Sub', end, begin)
    inside, width = (g.op('Cast', value, to_i=torch.onnx.TensorProtoDataType.FLOAT) for value in (inside, width))
    return g.op('Div', inside, width)


def _pool_axis(g, x, axis: int, rank: int, size: int | None, count: int):
    """Average bins of different sizes along one axis, by a product with a matrix [size, count]."""
    matrix = _open_matrix(g, x, axis, count) if size is None else g.op('Constant', value_t=_matrix(size, count))
    order = [i for i in range(rank) if i != axis] + [axis]
    back = [order.index(i) for i in range(rank)]
    if axis != rank - 1:
        x = g.op('Transpose', x, perm_i=order)
    x = g.op('MatMul', x, matrix)
    return x if axis == rank - 1 else g.op('Transpose', x, perm_i=back)


def _is_size(value, x, axes: Sequence[int]) -> bool:
    """Tell whether a value of a graph is the size of `x` along one of `axes`, which are the same one."""
    node = value.node()
    if node.kind() != 'onnx::Gather':
        return False
    shape, index = node.inputs()
    index = _maybe_get_const(index, 'i')
    return shape.node().kind() == 'onnx::Shape' and shape.node().input() == x and index in axes


def _counts(x, output_size) -> list[int | None]:
    """Return how many bins there are along each pooled axis; None where a bin is a place, so that nothing is pooled.

    PyTorch takes None for it, which comes here as the size of the input: a number, or a node where it is open.

    Raises:
        NotImplementedError: the running network would decide.
    """
    values = _maybe_get_const(output_size, 'is')
    values = _unpack_list(values) if isinstance(values, torch.Value) else values
    rank, counts = _get_tensor_rank(x), []
    for back, value in enumerate(reversed(values), start=1):
        count = _maybe_get_const(value, 'i') if isinstance(value, torch.Value) else value
        if isinstance(count, torch.Value):
            if rank is None or not _is_size(count, x, (rank - back, -back)):
                raise NotImplementedError(
                    f'adaptive_avg_pool: the output size of axis -{back} is computed by the running network, so its '
                    'bins cannot be converted; give a number, or None to keep the axis as it is, or make the shape '
                    'static (onnx_config.dynamic_axes)')
            count = None
        counts.append(count)
    return counts[::-1]


def _pooled_sizes(x, output_size: Sequence[int | None]) -> list[int | None]:
    """Return the sizes of the pooled dimensions, None for those that are open.

    Raises:
        NotImplementedError: not even their number is known.
    """
    sizes = _get_tensor_sizes(x)
    if sizes is None:
        raise NotImplementedError(
            f'adaptive_avg_pool to {list(output_size)}: the number of dimensions of the input must be known unless '
            'the output is 1')
    return sizes[-len(output_size):]


def _pool_bins(g, x, sizes: Sequence[int | None], output_size: Sequence[int | None]):
    """Emit the average of each of the bins of [N, C, *]."""
    windows = [(1, 1) if count is None else None if size is None else _window(size, count)
               for size, count in zip(sizes, output_size, strict=True)]
    if None in windows:
        rank = len(output_size) + 2
        for axis, (size, count) in enumerate(zip(sizes, output_size, strict=True), start=2):
            if count is not None:
                x = _pool_axis(g, x, axis, rank, size, count)
        return x
    kernels, strides = zip(*windows, strict=True)
    return g.op('AveragePool', x, kernel_shape_i=kernels, strides_i=strides, ceil_mode_i=0)


def _adaptive_pool(g, x, output_size):
    """Emit the average of each of the bins of [N, C, *], or of [C, *]."""
    counts = _counts(x, output_size)
    is_global = all(count == 1 for count in counts)
    sizes = () if is_global else _pooled_sizes(x, counts)
    lacks_batch = _get_tensor_rank(x) == len(counts) + 1
    if lacks_batch:
        x = _unsqueeze_helper(g, x, [0])
    x = g.op('GlobalAveragePool', x) if is_global else _pool_bins(g, x, sizes, counts)
    return _squeeze_helper(g, x, [0]) if lacks_batch else x


@SYMBOLIC_REWRITER.register_symbolic('adaptive_avg_pool1d', is_pytorch=True)
def adaptive_avg_pool1d__default(ctx, g, *args):
    """See `_adaptive_pool`; input [N, C, W]."""
    return _adaptive_pool(g, *args)


@SYMBOLIC_REWRITER.register_symbolic('adaptive_avg_pool2d', is_pytorch=True)
def adaptive_avg_pool2d__default(ctx, g, *args):
    """See `_adaptive_pool`; input [N, C, H, W]."""
    return _adaptive_pool(g, *args)


@SYMBOLIC_REWRITER.register_symbolic('adaptive_avg_pool3d', is_pytorch=True)
def adaptive_avg_pool3d__default(ctx, g, *args):
    """See `_adaptive_pool`; input [N, C, D, H, W]."""
    return _adaptive_pool(g, *args)


@SYMBOLIC_REWRITER.register_symbolic('adaptive_avg_pool2d', is_pytorch=True, backend=Backend.NCNN.value)
def adaptive_avg_pool2d__ncnn(ctx, g, x, output_size):
    """Emit the layer that ncnn has."""
    return g.op('mmdeploy::AdaptiveAvgPool2d', x, output_size)
