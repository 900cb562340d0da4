"""Draws of the rewrites of PyTorch's functions and operators."""

import torch
from torch import nn
from torch.nn import functional as F

import mmdeploy.pytorch  # noqa: F401  # registers the rewrites
from tests.differential.rewrites.draw import Case, Draw, draws


@draws('torch.atan2', 'torch.Tensor.atan2')
def atan2(draw: Draw) -> Case:
    shape = draw.shape(1, 3)
    other = [size if draw.random() < 0.6 else 1 for size in shape][draw.randrange(len(shape)) :]
    y, x = draw.tensor(shape).round(), draw.tensor(other).round()
    if draw.random() < 0.5:
        return Case(lambda y, x: y.atan2(x), (y, x))
    return draw.opened(Case(lambda y, x: torch.atan2(y, x), (y, draw.tensor([]).round())), [0])


@draws('torch.triu', 'torch.Tensor.triu')
def triu(draw: Draw) -> Case:
    x, diagonal = draw.tensor(draw.shape(2, 4)), draw.randint(-7, 7)
    function = (lambda x: torch.triu(x, diagonal)) if draw.random() < 0.5 else (lambda x: x.triu(diagonal) + 1)
    return draw.opened(Case(function, (x,)), [draw.choice([-1, -2]) % x.dim()])


@draws('torch.topk', 'torch.Tensor.topk', 'torch.topk@tensorrt', 'torch.Tensor.topk@tensorrt')
def topk(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    dim, largest = draw.axis(x.dim()), draw.random() < 0.5
    k = draw.randint(1, x.shape[dim])
    of_method = draw.maybe()

    def function(x):
        return x.topk(k, dim, largest)[0] if of_method else torch.topk(x, k, dim, largest)[0]

    return Case(function, (x,), draw.choice(['default', 'tensorrt']))


@draws('torch.Tensor.chunk@ncnn', 'torch._C._jit_pass_onnx_remove_inplace_ops_for_onnx@ncnn')
def chunk(draw: Draw) -> Case:
    x = draw.tensor([1, *draw.shape(1, 3)])
    dim, count = draw.randrange(1, x.dim()), draw.randint(1, 7)
    return Case(lambda x: torch.cat([part * (i + 1) for i, part in enumerate(x.chunk(count, dim))], dim), (x,), 'ncnn')


@draws('chunk')
def chunk_of_onnx(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    dim, count = draw.axis(x.dim()), draw.randint(1, 7)
    case = Case(lambda x: [part * 2 for part in torch.chunk(x, count, dim)], (x,), opset=draw.choice([11, 13, 17]))
    return draw.opened(case, [axis for axis in [draw.randrange(x.dim())] if axis != dim % x.dim()])


@draws('torch.Tensor.expand@ncnn')
def expand(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    sizes = [draw.choice([-1, size, size if size > 1 else draw.randint(1, 4)]) for size in x.shape]
    sizes = [size if old > 1 or size < 0 else max(size, 1) for size, old in zip(sizes, x.shape, strict=True)]
    front = draw.shape(0, 2, 3)
    return Case(lambda x: x.expand(*front, *sizes) * 2, (x,), 'ncnn')


@draws('expand_as')
def expand_as(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    small = draw.tensor([size if draw.maybe() else 1 for size in x.shape][draw.randrange(x.dim()) :]).round()
    if draw.maybe():
        return draw.opened(Case(lambda x: small.expand_as(x) + x, (x,)), [draw.randrange(x.dim())])
    return Case(lambda x, small: small.expand_as(x) * 2, (x, small), opset=draw.choice([11, 13]))


@draws('torch.Tensor.__getattribute__@ncnn', 'torch.Tensor.size@ncnn')
def sizes(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(2, 4))
    axis = draw.axis(x.dim())
    return Case(lambda x: x.reshape(x.shape[axis], -1) * x.size(axis) + x.size()[0], (x,), 'ncnn')


@draws('torch.Tensor.__getattribute__@ncnn')
def getattribute(draw: Draw) -> Case:
    """Everything else that is asked for has to stay what it is; sizes are read in all the ways there are."""
    x = draw.tensor(draw.shape(2, 3))
    axis = draw.axis(x.dim())
    function = draw.choice([
        lambda x: x * x.shape[axis] + x.shape.numel(),
        lambda x: x.reshape(*x.shape[1:], x.shape[0]) + len(x.shape),
        lambda x: x.new_zeros(x.shape) + x.mT,
        lambda x: x.T.reshape(x.shape),
        lambda x: x * 1 if x.shape == (1, 2) or x.shape[0] > 2 else x + x.ndim,
        lambda x: x.view(x.shape[:1] + (-1,)) - x.data.shape[-1],
        lambda x: torch.zeros(*x.shape, dtype=x.dtype, device=x.device) - x,
        lambda x: torch.full((x.T.shape[0], 2), 1.5).to(x.dtype).sum() * x,
    ])  # yapf: disable
    return Case(function, (x,), 'ncnn')


@draws('torch.nn.functional.group_norm@ncnn', 'group_norm', 'group_norm@tensorrt')
def group_norm(draw: Draw) -> Case:
    groups = draw.randint(1, 3)
    channels = groups * draw.randint(1, 3)
    x = draw.tensor([draw.randint(1, 3), channels, *draw.shape(0, 3)])
    weight = draw.tensor([channels]) if draw.random() < 0.7 else None
    bias = draw.tensor([channels]) if draw.random() < 0.7 else None
    # A group of one element has no variance; what is left of it is noise.
    eps = draw.choice([1e-5, 1e-3, 1.0])
    backend = draw.choice(['ncnn', 'default', 'tensorrt'])
    case = Case(lambda x: F.group_norm(x, groups, weight, bias, eps), (x,), backend)
    axes = [0, *range(2, x.dim())]
    return draw.opened(case, axes) if backend != 'ncnn' else case


@draws('torch.nn.functional.interpolate@ncnn')
def interpolate(draw: Draw) -> Case:
    rank = draw.choice([1, 2, 2])
    mode = draw.choice(['nearest', 'linear' if rank == 1 else 'bilinear'])
    x = draw.tensor([1, draw.randint(1, 3), *(draw.randint(2, 7) for _ in range(rank))])
    options = {} if mode == 'nearest' else dict(align_corners=draw.random() < 0.5)
    wanted = [draw.randint(2, 13) for _ in range(rank)]
    case = Case(lambda x: F.interpolate(x * 1, size=tuple(wanted), mode=mode, **options), (x,), 'ncnn')
    return draw.opened(case, list(range(2, 2 + rank)))


@draws('torch.nn.functional.interpolate@tensorrt')
def interpolate_for_tensorrt(draw: Draw) -> Case:
    x = draw.tensor([draw.randint(1, 2), draw.randint(1, 3), draw.randint(2, 7), draw.randint(2, 7)])
    mode = draw.choice(['bicubic', 'bicubic', 'bilinear', 'nearest'])
    options = {} if mode == 'nearest' else dict(align_corners=draw.maybe())
    options |= draw.choice([
        dict(size=(draw.randint(1, 13), draw.randint(1, 13))), dict(size=draw.randint(1, 13)),
        dict(scale_factor=draw.choice([1, 2, 1.5, 0.5, 2.7])), dict(scale_factor=(2.0, draw.choice([1.0, 0.7, 3])))
    ])  # yapf: disable
    if 'scale_factor' in options and draw.maybe(0.3):
        options['recompute_scale_factor'] = draw.maybe()
    return Case(lambda x: F.interpolate(x * 1, mode=mode, **options), (x,), 'tensorrt')


@draws('torch.nn.functional.linear@ncnn')
def linear(draw: Draw) -> Case:
    x = draw.tensor([*draw.shape(1, 3), 5])
    weight, bias = draw.tensor([3, 5]), draw.tensor([3]) if draw.random() < 0.6 else None
    return Case(lambda x: F.linear(x, weight, bias), (x,), 'ncnn')


@draws('linear@ncnn')
def linear_of_aten(draw: Draw) -> Case:
    x = draw.tensor([*draw.shape(0, 3), 5])
    weight, bias = draw.tensor([3, 5]), draw.tensor([3]) if draw.random() < 0.6 else None
    return Case(lambda x: torch._C._nn.linear(x, weight, bias), (x,), 'ncnn')


@draws('torch.masked_fill@onnxruntime', 'torch.Tensor.masked_fill@onnxruntime')
def masked_fill(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3))
    mask = draw.tensor([size if draw.random() < 0.7 else 1 for size in x.shape]) > 0
    value = draw.choice([float('-inf'), float('inf'), 0.0, -1e30, 2])
    if draw.maybe():
        return Case(lambda x: torch.masked_fill(x, mask, value), (x,), 'onnxruntime')
    return Case(lambda x: x.masked_fill(mask, value), (x,), 'onnxruntime')


@draws('torch.nn.functional.normalize@ncnn')
def normalize(draw: Draw) -> Case:
    x = draw.tensor([draw.choice([1, 1, 1, 2]), *draw.shape(1, 3)])
    dim, p = draw.axis(x.dim()), draw.choice([2, 2, 2, 1])
    return Case(lambda x: F.normalize(x, p, dim), (x,), 'ncnn')


@draws('torch.Tensor.repeat@tensorrt')
def repeat(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3))
    sizes = [draw.randint(1, 3) for _ in range(x.dim() + draw.randint(0, 2))]
    return Case(lambda x: x.repeat(*sizes) * 1, (x,), 'tensorrt')


@draws('adaptive_avg_pool1d', 'adaptive_avg_pool2d', 'adaptive_avg_pool3d')
def adaptive_pool(draw: Draw) -> Case:
    rank = draw.randint(1, 3)
    x = draw.tensor([draw.randint(1, 2), draw.randint(1, 3), *(draw.randint(1, 7) for _ in range(rank))])
    wanted = [draw.choice([1, draw.randint(1, 7), draw.randint(1, 7) if rank == 1 else None]) for _ in range(rank)]
    pool = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[rank - 1]
    if draw.maybe(0.2):
        x = x[0]  # without a batch
    axes = [axis for axis in range(x.dim() - rank, x.dim()) if draw.maybe(0.7)]
    return draw.opened(Case(lambda x: pool(x * 1, wanted), (x,)), axes)


@draws('adaptive_avg_pool2d@ncnn', 'torch.nn.functional.adaptive_avg_pool2d@ncnn')
def adaptive_pool_of_ncnn(draw: Draw) -> Case:
    x = draw.tensor([1, draw.randint(1, 3), draw.randint(1, 7), draw.randint(1, 7)])
    wanted = [draw.choice([1, None, draw.randint(1, 7)]) for _ in range(2)]
    return draw.opened(Case(lambda x: F.adaptive_avg_pool2d(x * 1, wanted), (x,), 'ncnn'), [2, 3])


@draws('_convolution')
def convolution(draw: Draw) -> Case:
    """By weights that are a part of the image, whose sizes PyTorch does not know where they are open."""
    rank = draw.randint(1, 3)
    x = draw.tensor([1, draw.randint(1, 3), *(draw.randint(2, 6) for _ in range(rank))])
    window = (..., *(slice(draw.randint(1, 2)) for _ in range(rank)))
    options = dict(stride=draw.randint(1, 2), padding=draw.randint(0, 1))
    is_transposed, is_depthwise = draw.maybe(0.4), draw.maybe()
    if is_transposed and options['stride'] > 1:
        options['output_padding'] = draw.randint(0, 1)
    if is_depthwise:
        options['groups'] = x.shape[1]
    channels = x.shape[1] if is_depthwise else 1
    options['bias'] = draw.tensor([channels]) if draw.maybe() else None
    name = f'conv_transpose{rank}d' if is_transposed else f'conv{rank}d'

    def function(x):
        weight = x[window]  # [1, C, *]
        return getattr(F, name)(x, weight.transpose(0, 1) if is_depthwise or is_transposed else weight, **options)

    return draw.opened(Case(function, (x,), opset=draw.choice([11, 13])), [draw.randrange(2, x.dim())])


@draws('_convolution')
def convolution_of_ncnn(draw: Draw) -> Case:
    """As in DMNet: what the weights come from is a custom operator."""
    channels, size = draw.randint(1, 9), [draw.randint(1, 3), draw.randint(1, 3)]
    x = draw.tensor([1, channels, draw.randint(3, 7), draw.randint(3, 7)])
    options = dict(stride=draw.randint(1, 2), padding=draw.randint(0, 2), groups=channels)
    bias = draw.tensor([channels]) if draw.maybe() else None

    def function(x):
        weight = F.adaptive_avg_pool2d(x * 2, size).view(channels, 1, *size)
        return F.conv2d(x, weight, bias, **options)

    return Case(function, (x,), 'ncnn')


@draws('gelu@ncnn')
def gelu(draw: Draw) -> Case:
    x = draw.tensor([1, *draw.shape(1, 3)]) * draw.choice([1, 5])
    approximate = draw.choice(['none', 'tanh'])
    return Case(lambda x: F.gelu(x, approximate=approximate) + 0, (x,), 'ncnn', draw.choice([11, 13]))


@draws('layer_norm@ncnn')
def layer_norm(draw: Draw) -> Case:
    x = draw.tensor([1, *draw.shape(1, 3)])
    shape = x.shape[draw.randrange(1, x.dim()) :]
    weight = draw.tensor(shape) if draw.maybe(0.7) else None
    bias = draw.tensor(shape) if draw.maybe(0.7) else None
    # One element has no variance; what is left of it is noise.
    eps = draw.choice([1e-5, 1e-3, 1.0])
    return Case(lambda x: F.layer_norm(x * 2, shape, weight, bias, eps), (x,), 'ncnn', draw.choice([11, 17]))


@draws('torch.onnx.symbolic_opset9._generic_rnn@ncnn')
def recurrent(draw: Draw) -> Case:
    kind, length, features = draw.choice([nn.LSTM, nn.LSTM, nn.GRU, nn.RNN]), draw.randint(1, 5), draw.randint(1, 5)
    batch_first = draw.maybe()
    module = draw.module(
        kind(
            features,
            draw.randint(1, 4),
            draw.randint(1, 2),
            bias=draw.maybe(0.8),
            batch_first=batch_first,
            bidirectional=draw.maybe(),
        )
    )
    x = draw.tensor([1, length, features] if batch_first else [length, 1, features])
    directions = module.num_layers * (2 if module.bidirectional else 1)
    state = draw.tensor([directions, 1, module.hidden_size])
    state = draw.choice([None, None, (state, state * 2) if kind is nn.LSTM else state])
    return Case(lambda x: module(x, state)[0] * 1, (x,), 'ncnn')


@draws('grid_sampler')
def grid_sampler(draw: Draw) -> Case:
    batch, rank = draw.randint(1, 2), draw.choice([2, 2, 2, 3])
    x = draw.tensor([batch, draw.randint(1, 3), *(draw.randint(1, 6) for _ in range(rank))])
    grid = draw.tensor([batch, *(draw.randint(1, 5) for _ in range(rank)), rank])
    mode = draw.choice(['bilinear', 'nearest', 'bicubic'])
    padding, align = draw.choice(['zeros', 'border', 'reflection']), draw.choice([True, False, None])
    case = Case(
        lambda x, grid: F.grid_sample(x * 1, grid, mode, padding, align), (x, grid),
        draw.choice(['default', 'onnxruntime', 'tensorrt', 'pplnn', 'ncnn'] if batch == 1 else ['onnxruntime']),
        draw.choice([11, 16]),
    )  # yapf: disable
    return draw.opened(case, [2, 3]) if case.backend == 'onnxruntime' and rank == 2 else case


@draws('roll')
def roll(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    axes = draw.sample(range(x.dim()), draw.randint(1, x.dim()))
    shifts = [draw.randint(-9, 9) for _ in axes]
    if draw.random() < 0.2:
        axes, shifts = [], shifts[:1]
    axes = [axis - x.dim() if draw.random() < 0.4 else axis for axis in axes]
    return draw.opened(Case(lambda x: torch.roll(x * 1, shifts, axes) * 1, (x,)), [draw.randrange(x.dim())])


@draws('squeeze')
def squeeze(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    axis = draw.axis(x.dim())
    function = (lambda x: x.squeeze() * 1) if draw.random() < 0.3 else (lambda x: x.squeeze(axis) * 1)
    return Case(function, (x,), opset=draw.choice([11, 13]))


@draws('broadcast_to')
def broadcast_to(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    sizes = [size if size > 1 or draw.maybe() else draw.randint(1, 4) for size in x.shape]
    sizes = [*draw.shape(0, 2, 3), *(draw.choice([-1, size, size]) if size == old else size
                                     for size, old in zip(sizes, x.shape, strict=True))]  # yapf: disable
    return Case(lambda x: torch.broadcast_to(x * 1, sizes) * 2, (x,))


@draws('narrow')
def narrow(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    dim = draw.axis(x.dim())
    start = draw.randint(-x.shape[dim], x.shape[dim])
    length = draw.randint(0, (-start if start < 0 else x.shape[dim] - start))
    return draw.opened(Case(lambda x: x.narrow(dim, start, length) * 2, (x,)), [draw.randrange(x.dim())])


@draws('diagonal')
def diagonal(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(2, 4))
    offset, axes = draw.randint(-3, 3), draw.sample(range(x.dim()), 2)
    axes = [axis - x.dim() if draw.maybe(0.4) else axis for axis in axes]
    case = Case(lambda x: torch.diagonal(x * 1, offset, *axes) * 2, (x,), opset=draw.choice([11, 13]))
    return draw.opened(case, [draw.randrange(x.dim())])


@draws('movedim')
def movedim(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 5))
    count = draw.randint(1, x.dim())
    source, destination = (
        [axis - x.dim() if draw.maybe(0.4) else axis for axis in draw.sample(range(x.dim()), count)] for _ in range(2))
    if count == 1 and draw.maybe():
        source, destination = source[0], destination[0]
    function = draw.choice([torch.movedim, torch.moveaxis])
    return draw.opened(Case(lambda x: function(x, source, destination) * 1, (x,)), [draw.randrange(x.dim())])


@draws('hardsigmoid')
def hardsigmoid(draw: Draw) -> Case:
    return draw.opened(Case(lambda x: F.hardsigmoid(x * 3), (draw.tensor(draw.shape(1, 3)),)), [0])


@draws('torch.onnx.symbolic_opset11._prepare_onnx_paddings@tensorrt')
def pad(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    pads = [draw.randint(-1, 3) for _ in range(2 * draw.randint(1, x.dim()))]
    return Case(lambda x: F.pad(x, pads, value=draw.choice([0.0])), (x,), 'tensorrt')


@draws('_pad_circular', 'torch.onnx.symbolic_opset9._pad_circular')
def pad_circular(draw: Draw) -> Case:
    rank = draw.randint(1, 3)
    x = draw.tensor([draw.randint(1, 2), draw.randint(1, 3), *(draw.randint(1, 6) for _ in range(rank))])
    # Of a negative pad beside one that reaches beyond what it leaves, PyTorch itself gives memory that nobody has set.
    pads = [pad for size in reversed(x.shape[2:]) for pad in draw.choice([(0, 0), (draw.randint(0, size), 1), (-1, 0),
                                                                         (1, draw.randint(0, 3))])]  # yapf: disable
    if draw.maybe():
        return draw.opened(Case(lambda x: F.pad(x, pads, mode='circular'), (x,)), [2])
    return Case(lambda x: torch.ops.aten._pad_circular(x * 1, pads), (x,), opset=draw.choice([11, 13]))


@draws('scatter_add', 'index_add', least_right=0.1)
def added_at_indices(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3))
    dim, opset = draw.axis(x.dim()), draw.choice([11, 13, 16, 16])
    size, count = x.shape[dim], draw.randint(1, 5)
    rows = torch.tensor([draw.randrange(size) for _ in range(count)])
    if draw.maybe() and count <= size:
        rows = torch.tensor(draw.sample(range(size), count))
    source = draw.tensor([*x.shape[: dim % x.dim()], count, *x.shape[dim % x.dim() + 1 :]])
    alpha = draw.choice([1, 1, 2, -0.5])
    if draw.maybe():
        given = draw.maybe(0.3)
        inputs = (x, source, rows) if given else (x, source)
        return Case(
            lambda x, source, index=rows: (x * 1).index_add(dim, index, source, alpha=alpha), inputs, opset=opset)
    index = rows.reshape([-1 if axis == dim % x.dim() else 1 for axis in range(x.dim())]).expand(source.shape)
    index = index.contiguous()
    if draw.maybe(0.3):
        return Case(lambda x, source, index: (x * 1).scatter_add(dim, index, source), (x, source, index), opset=opset)
    return Case(lambda x, source: (x * 1).scatter_add(dim, index, source), (x, source), opset=opset)


def _key(draw: Draw, shape: list[int]) -> tuple:
    """Return what may stand in the brackets of a tensor: slices, numbers, lists of numbers, masks, an ellipsis."""
    count = draw.randint(1, len(shape))
    from_the_end = draw.maybe(0.2)
    key, lists = [Ellipsis] if from_the_end else [], None
    for size in shape[-count:] if from_the_end else shape[:count]:
        kind = draw.randrange(6)
        if kind == 0:
            key.append(draw.randrange(-size, size))
        elif kind == 1 and lists is None:
            lists = draw.randint(1, 3)
            key.append(torch.tensor([draw.randrange(-size, size) for _ in range(lists)]).unique())
        elif kind == 2 and lists is None:
            lists = 1
            key.append(torch.tensor([draw.maybe() for _ in range(size)]))
        else:
            bounds = [draw.choice([None, draw.randint(-size - 1, size + 1)]) for _ in range(2)]
            key.append(slice(*bounds, draw.choice([None, None, 1, 2, 3])))
    return tuple(key)


@draws('torch.Tensor.__setitem__', 'slice_scatter', 'select_scatter', 'index_put',
       'torch._C._jit_pass_onnx_remove_inplace_ops_for_onnx')
def written(draw: Draw) -> Case:
    """Writes to parts of a tensor; values are numbers, or are broadcast."""
    shape = draw.shape(1, 4)
    x, key = draw.tensor(shape), _key(draw, shape)
    if not x[key].numel():
        key = (slice(0, 0),)  # PyTorch's exporter ends the process on some others that select nothing
    wanted = x[key].shape
    value = draw.choice([
        draw.choice([0, 2.5, True]),
        draw.tensor(wanted),
        draw.tensor([size if draw.maybe() else 1 for size in wanted][draw.randint(0, len(wanted)) :]),
    ])  # yapf: disable
    accumulate = draw.maybe(0.2)

    def function(x):
        y = x * 1
        if accumulate:
            y[key] += value
        else:
            y[key] = value
        return y + 0

    return draw.opened(Case(function, (x,), draw.choice(['default', 'onnxruntime']), draw.choice([11, 13, 16])), [0])


@draws('torch._C._jit_pass_onnx_remove_inplace_ops_for_onnx')
def written_views(draw: Draw) -> Case:
    """A write through two views, which the base and an earlier view show."""
    x = draw.tensor([draw.randint(2, 4) for _ in range(draw.randint(2, 4))])

    def view(t: torch.Tensor, how: int, a: int, b: int) -> torch.Tensor:
        a, b = a % t.dim(), b % t.dim()
        halves = [t.shape[a] // 2, t.shape[a] - t.shape[a] // 2]
        return [
            lambda: t.movedim(a, b),
            lambda: t.moveaxis((0, a), (b, (b + 1) % t.dim())) if t.dim() > 1 and a else t.transpose(a, b),
            lambda: t.diagonal(0, a, b) if a != b else t.unsqueeze(a),
            lambda: t.diagonal(1, 0, -1),
            lambda: t.hsplit(1)[0],
            lambda: t.tensor_split(2, a)[1],
            lambda: t.split(halves, a)[b % 2],
            lambda: t.swapaxes(a, b),
            lambda: t.unflatten(a, (1, t.shape[a])),
            lambda: t.narrow(a, -1, 1),
            lambda: t.squeeze(),
            lambda: t.flatten(a),
            lambda: t.broadcast_to(t.shape),
            lambda: t.expand(1, *t.shape),
            lambda: t.mT if t.dim() > 1 else t.view(-1),
            lambda: t.select(a, -1),
            lambda: t[..., ::2],
            lambda: t.unfold(a, 1, 2),
            lambda: t.ravel(),
            lambda: t.T if t.dim() == 2 else t.permute(*reversed(range(t.dim()))),
            lambda: t.unbind(a)[-1],
            lambda: t.vsplit(2)[0] if t.dim() > 1 and t.shape[0] % 2 == 0 else t.view_as(t),
            lambda: t.real,
            lambda: t.data,
        ][how]()

    steps = [(draw.randrange(24), draw.randrange(12), draw.randrange(12)) for _ in range(draw.randint(1, 2))]
    value, how = draw.choice([2.5, -1]), draw.randrange(3)

    def function(x):
        y = x * 1
        part = y[..., 0]
        target = y
        for step in steps:
            target = view(target, *step)
            if not target.numel():
                raise ValueError("PyTorch's exporter ends the process on some views without elements")
        if how == 0:
            target.fill_(value)
        elif how == 1:
            target.mul_(value)
        else:
            target[..., -1:] = value
        return y * 1, part * 1, target * 1

    return Case(function, (x,), opset=draw.choice([11, 16]))


@draws('expm1', 'sinh', 'cosh', 'trunc', 'frac')
def elementary(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3)) * draw.choice([1e-4, 1, 5])
    function = draw.choice([torch.expm1, torch.sinh, torch.cosh, torch.trunc, torch.frac])
    if function is torch.trunc and draw.maybe(0.3):
        return Case(lambda x: torch.trunc(x.long()) + 1, (x,))
    # On a tensor of its own, as in-place calls are made.
    in_place = draw.maybe(0.3)
    case = Case((lambda x: getattr(x * 1, f'{function.__name__}_')()) if in_place else function, (x,),
                opset=draw.choice([11, 13, 17]))
    return draw.opened(case, [draw.randrange(x.dim())])


@draws('_convolution_mode')
def convolution_mode(draw: Draw) -> Case:
    rank, groups, mode = draw.randint(1, 3), draw.randint(1, 2), draw.choice(['same', 'same', 'valid'])
    kernel = [draw.randint(1, 4) for _ in range(rank)]
    dilation = [draw.randint(1, 2) for _ in range(rank)]
    stride = 1 if mode == 'same' else draw.randint(1, 2)
    x = draw.tensor([draw.randint(1, 2), 2 * groups, *(draw.randint(7, 9) for _ in range(rank))])
    options = dict(padding=mode, dilation=tuple(dilation), stride=stride, groups=groups, bias=draw.maybe())
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1]
    module = draw.module(kind(2 * groups, 3 * groups, tuple(kernel), **options))
    return draw.opened(Case(module, (x,)), [0, *range(2, 2 + rank)])


@draws('unflatten')
def unflatten(draw: Draw) -> Case:
    shape = draw.shape(1, 3)
    dim, sizes = draw.randrange(len(shape)), [draw.randint(1, 3) for _ in range(draw.randint(1, 3))]
    shape[dim] = torch.Size(sizes).numel()
    wanted = list(sizes)
    if draw.maybe():
        wanted[draw.randrange(len(wanted))] = -1
    axis = draw.choice([dim, dim - len(shape)])
    case = Case(lambda x: x.unflatten(axis, wanted) * 2, (draw.tensor(shape),), opset=draw.choice([11, 13, 14]))
    return draw.opened(case, [a for a in range(len(shape)) if a != dim][:1])


@draws('torch._native_multi_head_attention', 'torch._transformer_encoder_layer_fwd')
def attention_as_one_operator(draw: Draw) -> Case:
    heads = draw.choice([2, 4])
    size = heads * draw.randint(1, 3)
    x = draw.tensor([draw.randint(1, 3), draw.randint(1, 5), size])
    mask = torch.zeros(x.shape[:2], dtype=torch.bool)
    mask[:, -1] = x.shape[1] > 1
    mask = mask if draw.maybe(0.3) else None
    if draw.maybe():
        layer = nn.TransformerEncoderLayer(size, heads, 7, batch_first=True, norm_first=draw.maybe(),
                                           activation=draw.choice(['relu', 'gelu']))
        layer = draw.module(layer)
        case = Case(lambda x: layer(x, src_key_padding_mask=mask), (x,), draw.choice(['default', 'ncnn']))
    else:
        layer = draw.module(nn.MultiheadAttention(size, heads, batch_first=True))
        weights, mean = draw.maybe(), draw.maybe()

        def attend(x):
            found = layer(x, x, x, key_padding_mask=mask, need_weights=weights, average_attn_weights=mean)
            return found if weights else found[0]

        case = Case(attend, (x,), draw.choice(['default', 'ncnn']))
    return draw.opened(case, [0] if mask is None and case.backend == 'default' else [])
