"""Other dimensions, parts, copies, places."""

from functools import partial

import numpy as np
from onnx import TensorProto, numpy_helper

from tests.differential.draw import Builder, Case, Draw, simple


def factors(draw: Draw, count: int, rank: int) -> list[int]:
    """A shape of this many elements."""
    shape = [1] * rank
    for prime in (2, 3, 5, 7, 11, 13, 17):
        while count > 1 and count % prime == 0:
            shape[draw.integer(0, rank - 1)] *= prime
            count //= prime
    return shape


def reshape(draw: Draw) -> Case:
    shape = draw.shape()
    to = factors(draw, int(np.prod(shape)), draw.rank()) if 0 not in shape else list(shape)
    if shape[0] == 1 and draw.chance(0.6):
        to = [1] + factors(draw, int(np.prod(shape)), draw.rank(1, 5)) if 0 not in shape else to
    for i, size in enumerate(to):
        if i < len(shape) and shape[i] == size and draw.chance(0.3) and size:
            to[i] = 0
    if draw.chance(0.5) and 0 not in shape:
        to[draw.integer(0, len(to) - 1)] = -1
    return simple(draw, 'Reshape', [draw.values(shape)], constants=[np.array(to, np.int64)])


def flatten(draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.signed(draw.integer(0, len(shape) - 1), len(shape))
    return simple(draw, 'Flatten', [draw.values(shape)], draw.attributes(axis=lambda: axis))


def squeeze(draw: Draw) -> Case:
    shape = draw.shape(2)
    axes = draw.subset(len(shape), 1)
    shape = [1 if i in axes else size for i, size in enumerate(shape)]
    axes = [draw.signed(axis, len(shape)) for axis in axes]
    x = draw.values(shape)
    if draw.chance(0.2):
        return simple(draw, 'Squeeze', [x])
    if draw.chance(0.3):
        return simple(draw, 'Squeeze', [x], {'axes': [axis % len(shape) for axis in axes]}, opset=11)
    return simple(draw, 'Squeeze', [x], constants=[np.array(axes, np.int64)])


def unsqueeze(draw: Draw) -> Case:
    shape = draw.shape(1, 4)
    rank = len(shape) + draw.integer(1, 2)
    axes = list({draw.integer(0, rank - 1) for _ in range(rank - len(shape))})
    rank = len(shape) + len(axes)
    axes = [draw.signed(min(axis, rank - 1), rank) for axis in axes]
    return simple(draw, 'Unsqueeze', [draw.values(shape)], constants=[np.array(axes, np.int64)])


def transpose(draw: Draw) -> Case:
    shape = draw.shape()
    perm = [int(axis) for axis in draw.rng.permutation(len(shape))]
    if draw.chance(0.4):
        perm = [perm[i] for i in np.argsort([axis != 0 for axis in perm], kind='stable')]
    return simple(draw, 'Transpose', [draw.values(shape)], draw.attributes(0.8, perm=lambda: perm))


def expand(draw: Draw) -> Case:
    shape = draw.shape(1, 5)
    to = [draw.integer(1, 4) if size == 1 and draw.chance(0.6) else size for size in shape]
    if shape[0] == 1 and draw.chance(0.7):
        to[0] = 1
    if draw.chance(0.3):
        to = [draw.pick((1, 1, 2)), *to]
    to = [1 if draw.chance(0.2) else size for size in to]
    return simple(draw, 'Expand', [draw.values(shape)], constants=[np.array(to, np.int64)])


def tile(draw: Draw) -> Case:
    shape = draw.shape(1, 5)
    repeats = draw.integers(len(shape), 1, 3)
    if draw.chance(0.8):
        repeats[0] = 1
    return simple(draw, 'Tile', [draw.values(shape)], constants=[np.array(repeats, np.int64)])


def concat(draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.integer(0, len(shape) - 1)
    build = Builder(draw)
    if shape[0] == 1 and axis > 0 and draw.chance(0.2):
        build.open_batch(draw.integer(1, 3))
    parts = []
    for i in range(draw.integer(1, 4)):
        part = draw.values([draw.integer(1, 4) if k == axis else size for k, size in enumerate(shape)])
        parts.append(build.value(part) if i == 0 or build.batch else build.operand(part))
    axis = draw.signed(axis, len(shape))
    y = build.node('Concat', parts, axis=axis)
    build.output(y, None if shape[0] == 1 and axis % len(shape) and len(shape) > 1 else 0)
    return build.case('Concat', {'axis': axis})


def split(draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.integer(0, len(shape) - 1)
    sizes = draw.integers(draw.integer(1, 4), 1, 4)
    opset = draw.pick((11, 13, 18))
    attributes = {} if axis == 0 and draw.chance() else {'axis': draw.signed(axis, len(shape))}
    given = draw.chance(0.6)
    if not given:
        sizes = [sizes[0]] * len(sizes)
        if opset >= 18:
            attributes['num_outputs'] = len(sizes)
            sizes[-1] = max(1, sizes[0] - draw.integer(0, 1))
    elif opset < 13:
        attributes['split'] = sizes
    shape[axis] = sum(sizes)
    constants = [np.array(sizes, np.int64)] if given and opset >= 13 else []
    used = draw.subset(len(sizes), 1)
    return simple(draw, 'Split', [draw.values(shape)], attributes, opset, len(sizes), constants, used=used)


def slice_(draw: Draw) -> Case:
    shape = draw.shape()
    axes = draw.subset(len(shape), 1)
    starts, ends, steps = [], [], []
    for axis in axes:
        size = shape[axis]
        start, end = sorted(draw.integers(2, 0, max(size, 1)))
        starts.append(start - size if draw.chance(0.3) and start < size else start)
        ends.append(draw.pick((end, end - size if end < size else end, 2**31 - 1, 2**63 - 1)))
        steps.append(draw.pick((1, 1, 1, 2, 3, -1)))
        if steps[-1] < 0:
            starts[-1], ends[-1] = draw.pick(((-1, -(2**31)), (size - 1, -size - 1), (2**31 - 1, 0)))
    if draw.chance(0.2):
        return simple(draw, 'Slice', [draw.values(shape)], dict(starts=starts, ends=ends, axes=axes), opset=9)
    named = [draw.signed(axis, len(shape)) for axis in axes]
    lists = [starts, ends] if axes == list(range(len(axes))) and draw.chance() else [starts, ends, named]
    if len(lists) == 3 and (draw.chance() or min(steps) < 0):
        lists.append(steps)
    return simple(draw, 'Slice', [draw.values(shape)], constants=[np.array(values, np.int64) for values in lists])


def gather(draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.integer(0, len(shape) - 1)
    size = max(1, shape[axis])
    indices = draw.rng.integers(-size, size, draw.pick(((), (1,), (2,), (3,), (2, 2))))
    if draw.chance(0.3):
        start = draw.integer(0, size - 1)
        indices = np.arange(start, size)
    attributes = draw.attributes(axis=lambda: draw.signed(axis, len(shape)))
    if draw.chance(0.3):
        build = Builder(draw)
        flat = build.value(np.abs(indices).astype(np.float32).reshape(indices.shape or (1,)), TensorProto.INT64)
        y = build.node('Gather', [build.value(draw.values(shape)), flat], **attributes)
        build.output(y, 0)
        return build.case('Gather(computed)', attributes)
    return simple(draw, 'Gather', [draw.values(shape)], attributes, constants=[indices.astype(np.int64)])


def elements(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    axis = draw.integer(0, len(shape) - 1)
    of_indices = [max(1, draw.integer(1, size)) if size > 1 and draw.chance() else size for size in shape]
    if op == 'GatherElements' and draw.chance(0.3):
        of_indices[axis] = draw.integer(1, 5)
    # Where indices repeat, which update is the last one is not said.
    places = draw.rng.permuted(np.broadcast_to(np.arange(max(1, shape[axis])), (64, max(1, shape[axis]))), axis=1)
    rows = int(np.prod(of_indices)) // max(1, of_indices[axis])
    picked = np.stack([places[row % 64] for row in range(max(1, rows))])
    if of_indices[axis] > picked.shape[1]:
        picked = draw.rng.integers(0, max(1, shape[axis]), (picked.shape[0], of_indices[axis]))
    others = [size for i, size in enumerate(of_indices) if i != axis]
    indices = np.moveaxis(picked[:rows, : of_indices[axis]].reshape(*others, of_indices[axis]), -1, axis)
    if draw.chance(0.4):
        indices = np.where(draw.rng.random(indices.shape) < 0.5, indices - shape[axis], indices)
    build = Builder(draw, {'Scatter': 9, 'GatherElements': 13}.get(op, draw.pick((11, 13, 16, 18))))
    if op == 'GatherElements' and shape[0] == 1 and of_indices[0] == 1 and axis and draw.chance(0.2):
        build.open_batch(draw.integer(1, 3))
    attributes = {'axis': draw.signed(axis, len(shape)) if op != 'Scatter' else axis}
    if axis == 0 and draw.chance():
        attributes = {}
    computed = build.batch or draw.chance(0.4)
    names = [build.value(draw.values(shape)), build.value(indices, TensorProto.INT64) if computed
             else build.constant(indices.astype(draw.pick((np.int32, np.int64))))]  # yapf: disable
    if op != 'GatherElements':
        names.append(build.operand(draw.values(of_indices)))
        if build.opset >= 16 and draw.chance(0.2):
            attributes['reduction'] = draw.pick(('none', 'add', 'mul'))
    y = build.node(op, names, **attributes)
    result = of_indices if op == 'GatherElements' else shape
    build.output(y, None if result[0] == 1 and len(shape) > 1 else 0)
    return build.case(op, attributes)


def constant_of_shape(draw: Draw) -> Case:
    shape = [1, *draw.integers(draw.integer(1, 4), 1, 6)]
    kind = draw.pick(('constant', 'like', 'like', 'joined'))
    build = Builder(draw, draw.pick((9, 11, 13)))
    if kind != 'constant' and draw.chance(0.4):
        build.open_batch(draw.integer(1, 3))
    opened = draw.subset(len(shape)) if not build.batch and draw.chance(0.4) else []
    x = build.value(draw.values(shape, 1, False), open_sizes=opened)
    sizes = build.node('Shape', [x])
    if kind == 'constant':
        sizes = build.constant(np.array(shape, np.int64))
    if kind == 'joined':
        axis = draw.integer(0, len(shape) - 1)
        size = build.node('Gather', [sizes, build.constant(np.array([axis], np.int64))])
        front = [build.constant(np.array([1], np.int64))] if axis else []
        sizes = build.node('Concat', [*front, size, build.constant(np.array([3], np.int64))], axis=0)
    attributes = {}
    if draw.chance(0.7):
        whole = draw.integer(-3, 3)
        number = draw.pick((np.float32(draw.number(-2, 2)), np.int64(whole), np.bool_(whole > 0)))
        attributes['value'] = numpy_helper.from_array(np.asarray(number).reshape(1))
    y = build.node('ConstantOfShape', [sizes], **attributes)
    if build.batch and draw.chance(0.7):  # an output that is the same for all images is refused
        y = build.node('Cast', [y], to=TensorProto.FLOAT)
        if kind == 'like':
            y = build.node('Add', [x, y])
        build.output(y)
    else:
        build.output(y, cast=True)
    return build.case(f'ConstantOfShape({kind})', {name: str(number) for name in attributes})


def pad(draw: Draw) -> Case:
    shape = draw.shape(1, 5)
    mode = draw.pick(('constant', 'constant', 'edge', 'reflect', 'wrap'))
    most = 3 if mode in ('constant', 'edge') else max(0, min(2, min(shape) - 1))
    pads = [draw.integer(0, most) if draw.chance(0.6) else 0 for _ in range(2 * len(shape))]
    if draw.chance(0.8):
        pads[0] = pads[len(shape)] = 0
    if draw.chance(0.15):
        pads[draw.integer(0, len(pads) - 1)] = -1
    opset = draw.pick((10, 13, 18)) if mode != 'wrap' else 19
    value = draw.number(-1, 1)
    if opset < 11:
        attributes = {'pads': pads, 'mode': mode, **draw.attributes(value=lambda: value)}
        return simple(draw, 'Pad', [draw.values(shape)], attributes, opset)
    constants = [np.array(pads, np.int64)] + ([np.float32(value)] if draw.chance() else [])
    if opset >= 18 and draw.chance(0.4):
        axes = draw.subset(len(shape), 1)
        kept = [pads[axis] for axis in axes] + [pads[len(shape) + axis] for axis in axes]
        constants = [np.array(kept, np.int64), np.float32(value), np.array(axes, np.int64)]
    return simple(draw, 'Pad', [draw.values(shape)], draw.attributes(mode=lambda: mode), opset, constants=constants)


def depth_to_space(draw: Draw) -> Case:
    block = draw.integer(1, 3)
    shape = [1, block * block * draw.integer(1, 3), *draw.integers(2, 1, 5)]
    attributes = {'blocksize': block, **draw.attributes(mode=lambda: draw.pick(('DCR', 'CRD')))}
    return simple(draw, 'DepthToSpace', [draw.values(shape)], attributes)


def space_to_depth(draw: Draw) -> Case:
    block = draw.integer(1, 3)
    shape = [1, draw.integer(1, 5), *(block * size for size in draw.integers(2, 1, 4))]
    return simple(draw, 'SpaceToDepth', [draw.values(shape)], {'blocksize': block})


def resize(draw: Draw) -> Case:
    shape = [1, draw.integer(1, 4), *draw.integers(draw.pick((1, 2, 2, 2, 3)), 1, 9)]
    opset = draw.pick((10, 11, 13, 18))
    mode = draw.pick(('nearest', 'linear', 'linear', 'cubic') if opset > 10 else ('nearest', 'linear'))
    attributes = draw.attributes(0.9, mode=lambda: mode)
    if opset > 10:
        attributes |= draw.attributes(
            0.8,
            coordinate_transformation_mode=lambda: draw.pick(
                ('half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel')
            ),
            nearest_mode=lambda: draw.pick(('round_prefer_floor', 'floor', 'ceil', 'round_prefer_ceil')),
        )
        attributes |= draw.attributes(0.2, cubic_coeff_a=lambda: draw.pick((-0.5, -0.75)))
        attributes |= draw.attributes(0.05, exclude_outside=lambda: 1)
    scales = [draw.pick((1.0, 2.0, 3.0, 0.5, 1.5, 0.7, 2.0)) for _ in shape[2:]]
    if opset > 10 and draw.chance(0.5):
        sizes = [max(1, int(size * scale)) for size, scale in zip(shape[2:], scales, strict=False)]
        return simple(
            draw,
            'Resize',
            [draw.values(shape)],
            attributes,
            opset,
            constants=[None, None, np.array(shape[:2] + sizes, np.int64)],
        )
    if opset >= 18 and draw.chance(0.3):
        axes = list(range(2, len(shape)))
        if draw.chance():
            axes, scales = axes[::-1], scales[::-1]
        return simple(
            draw,
            'Resize',
            [draw.values(shape)],
            attributes | {'axes': axes},
            opset,
            constants=[None, np.array(scales, np.float32)],
        )
    factors_ = np.array([1, 1 if draw.chance(0.9) else 2, *scales], np.float32)
    return simple(
        draw,
        'Resize',
        [draw.values(shape)],
        attributes,
        opset,
        constants=[factors_] if opset == 10 else [None, factors_],
    )


def upsample(draw: Draw) -> Case:
    shape = [1, draw.integer(1, 4), *draw.integers(2, 1, 9)]
    scales = np.array([1, 1, *(draw.pick((1, 2, 3, 1.5)) for _ in range(2))], np.float32)
    attributes = draw.attributes(mode=lambda: draw.pick(('nearest', 'linear')))
    return simple(draw, 'Upsample', [draw.values(shape)], attributes, 9, constants=[scales])


def shape_of(draw: Draw) -> Case:
    shape = draw.shape()
    attributes, opset = {}, 13
    if draw.chance(0.4):
        opset = 15
        attributes = draw.attributes(start=lambda: draw.integer(-2, 2), end=lambda: draw.integer(-2, 3))
    return simple(draw, 'Shape', [draw.values(shape)], attributes, opset, whole=True)


OPERATORS = {
    'Reshape': reshape, 'Flatten': flatten, 'Squeeze': squeeze, 'Unsqueeze': unsqueeze, 'Transpose': transpose,
    'Expand': expand, 'Tile': tile, 'Concat': concat, 'Split': split, 'Slice': slice_, 'Gather': gather, 'Pad': pad,
    'DepthToSpace': depth_to_space, 'SpaceToDepth': space_to_depth, 'Resize': resize, 'Upsample': upsample,
    'Shape': shape_of, 'ConstantOfShape': constant_of_shape,
    **{op: partial(elements, op) for op in ('GatherElements', 'Scatter', 'ScatterElements')},
}  # yapf: disable
