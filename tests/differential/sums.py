"""Products, reductions, norms, sequences."""

from functools import partial

import numpy as np

from tests.differential.draw import Builder, Case, Draw, simple


def gemm(draw: Draw) -> Case:
    rows, inner, columns = draw.size(), draw.size(), draw.size()
    attributes = draw.attributes(
        0.5,
        transA=lambda: 1,
        transB=lambda: 1,
        alpha=lambda: draw.pick((0.5, 2.0, 0.0, -1.0)),
        beta=lambda: draw.pick((0.5, 2.0, 0.0, -1.0)),
    )
    build = Builder(draw, draw.pick((7, 11, 13)))
    if rows == 1 and 'transA' not in attributes and draw.chance(0.4):
        build.open_batch(draw.integer(1, 3))
    a = draw.values([inner, rows] if 'transA' in attributes else [rows, inner], 1, False)
    b = draw.values([columns, inner] if 'transB' in attributes else [inner, columns], 1, False)
    inputs = [build.value(a), build.operand(b, 0.6 if not build.batch else 1)]
    if build.opset < 11 or draw.chance(0.7):
        c = draw.pick(([rows, columns], [columns], [1, columns], [rows, 1], [1], [1, 1]))
        inputs.append(build.operand(draw.values(c, 1, False), 0.6 if not build.batch else 1))
    build.output(build.node('Gemm', inputs, **attributes), None if rows == 1 else 0)
    return build.case('Gemm', attributes)


def matmul(draw: Draw) -> Case:
    rows, inner, columns = draw.size(), draw.size(), draw.size()
    front = draw.shape(1, 4) if draw.chance(0.8) else []
    front = front[: draw.integer(0, len(front))]
    other = draw.broadcast(front) if front else []
    a, b = [*front, rows, inner], [*other, inner, columns]
    if draw.chance(0.2):
        b = [inner, columns]
    if draw.chance(0.08):
        a = [inner]
    if draw.chance(0.08):
        b = [inner]
    if draw.chance(0.2):
        a, b = [1, *a], b
    build = Builder(draw)
    if a[0] == 1 and len(a) > 2 and draw.chance(0.2):
        build.open_batch(draw.integer(1, 3))
    left, right = draw.values(a, 1, False), draw.values(b, 1, False)
    names = [build.value(left), build.operand(right, 0.5 if not build.batch else 1)]
    try:
        shape = np.matmul(left, right).shape
    except ValueError:
        shape = (0,)
    build.output(build.node('MatMul', names), None if shape[:1] == (1,) and len(shape) > 1 else 0)
    return build.case('MatMul')


def reduce(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    axes = [draw.signed(axis, len(shape)) for axis in draw.subset(len(shape))]
    x = draw.values(shape, 1, op in ('ReduceMax', 'ReduceMin', 'ReduceLogSumExp'))
    if op == 'ReduceLogSum':
        x = np.abs(x) + 0.1
    by_input = op == 'ReduceSum' or draw.chance(0.3)
    opset = (13 if op == 'ReduceSum' else 18) if by_input else draw.pick((11, 13))
    if op == 'ReduceSum' and draw.chance(0.3):
        by_input, opset = False, 11
    attributes = draw.attributes(keepdims=lambda: draw.integer(0, 1))
    if not by_input:
        attributes |= draw.attributes(0.85, axes=lambda: axes or None)
        return simple(draw, op, [x], attributes, opset)
    attributes |= draw.attributes(0.3, noop_with_empty_axes=lambda: draw.integer(0, 1))
    return simple(draw, op, [x], attributes, opset, constants=[np.array(axes, np.int64)] if draw.chance(0.85) else [])


def arg(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.signed(draw.integer(0, len(shape) - 1), len(shape))
    attributes = draw.attributes(0.7, axis=lambda: axis, keepdims=lambda: draw.integer(0, 1))
    attributes |= draw.attributes(0.1, select_last_index=lambda: 1)
    x = draw.values(shape) if draw.chance(0.8) else draw.whole(shape, 0, 3)
    return simple(draw, op, [x], attributes, draw.pick((12, 13)), whole=True)


def top_k(draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.integer(0, len(shape) - 1)
    k = draw.integer(1, max(1, shape[axis]))
    attributes = draw.attributes(
        0.7, axis=lambda: draw.signed(axis, len(shape)), largest=lambda: draw.integer(0, 1), sorted=lambda: 1
    )
    x = draw.values(shape, 1, False)
    return simple(draw, 'TopK', [x], attributes, 11, 2, [np.array([k], np.int64)], used=[0])


def softmax(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    attributes = draw.attributes(0.8, axis=lambda: draw.signed(draw.integer(0, len(shape) - 1), len(shape)))
    return simple(draw, op, [draw.values(shape, draw.pick((1, 10)))], attributes, draw.pick((11, 13, 13)))


def batch_norm(draw: Draw) -> Case:
    shape = draw.shape(2, 5)
    channels = shape[1]
    constants = [draw.values([channels], 1, False) for _ in range(3)] + [
        draw.rng.uniform(0.5, 2, channels).astype('f4')
    ]
    attributes = draw.attributes(0.5, epsilon=lambda: 0.01, momentum=lambda: 0.5)
    return simple(
        draw, 'BatchNormalization', [draw.values(shape)], attributes, draw.pick((9, 14, 15)), constants=constants
    )


def instance_norm(draw: Draw) -> Case:
    shape = draw.shape(3, 5)
    constants = [draw.values([shape[1]], 1, False) for _ in range(2)]
    return simple(
        draw,
        'InstanceNormalization',
        [draw.values(shape, 1, False)],
        draw.attributes(epsilon=lambda: 0.01),
        constants=constants,
    )


def group_norm(draw: Draw) -> Case:
    shape = draw.shape(3, 5)
    groups = draw.pick([count for count in range(1, shape[1] + 1) if shape[1] % count == 0] or [1])
    attributes = {'num_groups': groups, **draw.attributes(epsilon=lambda: 0.01)}
    constants = [draw.values([shape[1]], 1, False) for _ in range(2)]
    return simple(draw, 'GroupNormalization', [draw.values(shape, 1, False)], attributes, 21, constants=constants)


def layer_norm(draw: Draw) -> Case:
    shape = draw.shape(1, 5)
    axis = draw.integer(0, len(shape) - 1)
    attributes = {'axis': draw.signed(axis, len(shape)), **draw.attributes(0.3, epsilon=lambda: 0.01)}
    constants = [draw.values(shape[axis:], 1, False) for _ in range(draw.integer(1, 2))]
    return simple(draw, 'LayerNormalization', [draw.values(shape, 1, False)], attributes, 17, constants=constants)


def lrn(draw: Draw) -> Case:
    attributes = {
        'size': draw.pick((1, 2, 3, 4, 5)),
        **draw.attributes(
            0.6,
            alpha=lambda: draw.number(0.001, 0.5),
            beta=lambda: draw.number(0.3, 1),
            bias=lambda: draw.number(0.5, 2),
        ),
    }
    return simple(draw, 'LRN', [draw.values([1, draw.integer(1, 9), *draw.integers(2, 1, 6)])], attributes)


GATES = {'LSTM': 4, 'GRU': 3, 'RNN': 1}


def recurrent(op: str, draw: Draw) -> Case:
    time, inputs, hidden = draw.integer(1, 6), draw.integer(1, 5), draw.integer(1, 5)
    direction = draw.pick(('forward', 'reverse', 'bidirectional'))
    count = 2 if direction == 'bidirectional' else 1
    attributes = {'hidden_size': hidden, **draw.attributes(0.8, direction=lambda: direction)}
    count = count if 'direction' in attributes else 1
    if op == 'GRU' and draw.chance(0.8):
        attributes['linear_before_reset'] = 1
    attributes |= draw.attributes(0.05, clip=lambda: 0.5, layout=lambda: draw.integer(0, 1))
    if op == 'LSTM':
        attributes |= draw.attributes(0.05, input_forget=lambda: draw.integer(0, 1))
    if draw.chance(0.1):
        usual = {'LSTM': ['Sigmoid', 'Tanh', 'Tanh'], 'GRU': ['Sigmoid', 'Tanh'], 'RNN': ['Tanh']}[op]
        attributes['activations'] = draw.pick((usual, ['Relu'] * len(usual))) * count
    rows = GATES[op] * hidden
    build = Builder(draw, 14)
    batch_first = draw.chance(0.6)
    if batch_first and draw.chance(0.3):
        build.open_batch(draw.integer(1, 3))
    x = build.value(draw.values([1, time, inputs] if batch_first else [time, 1, inputs]))
    if batch_first:
        x = build.node('Transpose', [x], perm=[1, 0, 2])
    names = [x] + [build.constant(draw.values([count, rows, size], 0.5, False)) for size in (inputs, hidden)]
    batch = 1 if not build.batch else 0
    optional = [
        build.constant(draw.values([count, 2 * rows], 0.5, False)) if draw.chance(0.7) else '',
        build.constant(np.array([draw.integer(1, time)], np.int32)) if batch and draw.chance(0.1) else '',
        build.constant(np.zeros([count, 1, hidden], np.float32)) if batch and draw.chance(0.3) else '',
        build.constant(np.zeros([count, 1, hidden], np.float32)) if batch and op == 'LSTM' and draw.chance(0.3) else '',
        build.constant(draw.values([count, 3 * hidden])) if op == 'LSTM' and draw.chance(0.05) else '',
    ]
    outputs = 1 if draw.chance(0.8) else 2
    results = build.node(op, names + optional[: 5 if op == 'LSTM' else 3], outputs, **attributes)
    y = results if outputs == 1 else results[draw.integer(0, 1)]
    if y == (results if outputs == 1 else results[0]):
        y = build.node('Transpose', [y], perm=[2, 0, 1, 3])
        build.output(y)
    else:
        build.output(build.node('Transpose', [y], perm=[1, 0, 2]))
    return build.case(op, attributes | {'optional': [bool(name) for name in optional]})


def cum_sum(draw: Draw) -> Case:
    shape = draw.shape()
    axis = np.int64(draw.signed(draw.integer(0, len(shape) - 1), len(shape)))
    attributes = draw.attributes(0.3, exclusive=lambda: draw.integer(0, 1), reverse=lambda: draw.integer(0, 1))
    return simple(draw, 'CumSum', [draw.values(shape, 1, False)], attributes, 14, constants=[axis])


def einsum(draw: Draw) -> Case:
    equation, ranks = draw.pick((
        ('bij,bjk->bik', (3, 3)), ('bij,bkj->bik', (3, 3)), ('bhid,bhjd->bhij', (4, 4)), ('bij,jk->bik', (3, 2)),
        ('bchw->bhwc', (4, )), ('bij->bi', (3, )), ('bi,bi->b', (2, 2)), ('bi,bj->bij', (2, 2)), ('ij,ij->ij', (2, 2)),
        ('bnc,bmc->bnm', (3, 3)), ('bij->bji', (3, )), ('bii->bi', (3, )), ('bhid,bhij->bhjd', (4, 4)),
    ))  # yapf: disable
    sizes = {label: draw.size() for label in 'ijkdchwnm'} | {'b': 1}
    terms = equation.split('->')[0].split(',')
    values = [draw.values([min(sizes[label], 9) for label in term], 1, False) for term in terms]
    return simple(draw, 'Einsum', values, {'equation': equation})


def grid_sample(draw: Draw) -> Case:
    spatial = draw.integers(draw.pick((2, 2, 3)), 1, 7)
    to = draw.integers(len(spatial), 1, 5)
    opset = draw.pick((16, 20))
    linear = 'bilinear' if opset < 20 else 'linear'
    attributes = draw.attributes(
        0.7,
        mode=lambda: draw.pick((linear, linear, 'nearest', 'bicubic' if opset < 20 else 'cubic')),
        padding_mode=lambda: draw.pick(('zeros', 'border', 'reflection')),
        align_corners=lambda: draw.integer(0, 1),
    )
    grid = draw.rng.uniform(-1.3, 1.3, [1, *to, len(spatial)])
    if opset < 20 and len(spatial) == 3:
        opset = 20
        attributes.pop('mode', None)
    return simple(draw, 'GridSample', [draw.values([1, draw.integer(1, 3), *spatial]), grid], attributes, opset)


REDUCTIONS = (
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSum',
    'ReduceLogSumExp',
)
OPERATORS = {
    'CumSum': cum_sum,
    'Einsum': einsum,
    'GridSample': grid_sample,
    'Gemm': gemm,
    'MatMul': matmul,
    'TopK': top_k,
    'BatchNormalization': batch_norm,
    'InstanceNormalization': instance_norm,
    'GroupNormalization': group_norm,
    'LayerNormalization': layer_norm,
    'LRN': lrn,
    **{op: partial(reduce, op) for op in REDUCTIONS},
    **{op: partial(arg, op) for op in ('ArgMax', 'ArgMin')},
    **{op: partial(softmax, op) for op in ('Hardmax', 'Softmax', 'LogSoftmax')},
    **{op: partial(recurrent, op) for op in GATES},
}
