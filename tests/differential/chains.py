"""Chains of operators: what fusions of engines and of their converters find."""

from collections.abc import Callable

import numpy as np

from tests.differential.draw import Builder, Case, Draw


class Chain:
    """A value with its shape, to which operators are added; earlier values of a shape may be added again."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.build = Builder(draw, draw.pick((11, 13, 17)))
        shape = [1, draw.integer(1, 8), *draw.integers(draw.pick((1, 1, 2, 2, 2)), 1, 8)]
        if draw.chance(0.25):
            self.build.open_batch(draw.integer(1, 3))
        sizes = draw.subset(len(shape)) if not self.build.batch and draw.chance(0.15) else []
        self.open = bool(sizes)
        self.name = self.build.value(draw.values(shape, 1, False), open_sizes=sizes)
        self.shape = shape
        self.earlier: list[tuple[str, list[int]]] = [(self.name, shape)]
        self.names: list[str] = []

    def apply(self, op: str, others: list[str], shape: list[int] | None = None, **attributes) -> None:
        self.earlier.append((self.name, self.shape))
        self.name = self.build.node(op, [self.name, *others], **attributes)
        self.shape = list(shape) if shape is not None else self.shape
        self.names.append(op)

    def floats(self, *shape: int, scale: float = 1.0) -> str:
        return self.build.constant(self.draw.values(shape, scale, False))

    def ints(self, *values: int) -> str:
        return self.build.constant(np.array(values, np.int64))


def activate(c: Chain) -> None:
    op = c.draw.pick(('Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'Elu', 'HardSigmoid', 'Softplus', 'Abs', 'Neg'))
    c.apply(op, [])


def clip(c: Chain) -> None:
    c.apply(
        'Clip', [c.build.constant(np.float32(c.draw.number(-2, 0))), c.build.constant(np.float32(c.draw.number(0, 6)))]
    )


def times_sigmoid(c: Chain) -> None:
    gate = c.build.node(c.draw.pick(('Sigmoid', 'HardSigmoid', 'Softplus')), [c.name])
    c.apply('Mul', [gate])


def arithmetic(c: Chain) -> None:
    channel = [c.shape[1]] + [1] * (len(c.shape) - 2)
    shape = c.draw.pick(([], [1], channel, c.shape[-1:], [1, *channel], c.shape[1:]))
    c.apply(c.draw.pick(('Add', 'Sub', 'Mul')), [c.floats(*shape)])


def residual(c: Chain) -> None:
    same = [name for name, shape in c.earlier if shape == c.shape]
    if same:
        c.apply(c.draw.pick(('Add', 'Mul', 'Max')), [c.draw.pick(same)])


def conv(c: Chain) -> None:
    channels, spatial = c.shape[1], len(c.shape) - 2
    out, size = c.draw.integer(1, 6), c.draw.pick((1, 1, 3))
    group = channels if c.draw.chance(0.2) else 1
    out = channels if group > 1 else out
    weights = [c.floats(out, channels // group, *[size] * spatial, scale=0.5)]
    weights += [c.floats(out)] if c.draw.chance() else []
    c.apply('Conv', weights, [1, out, *c.shape[2:]], pads=[size // 2] * 2 * spatial, group=group)


def batch_norm(c: Chain) -> None:
    n = c.shape[1]
    variance = c.build.constant(c.draw.rng.uniform(0.5, 2, n).astype(np.float32))
    c.apply('BatchNormalization', [c.floats(n), c.floats(n), c.floats(n), variance])


def linear(c: Chain) -> None:
    out = c.draw.integer(1, 9)
    c.apply('MatMul', [c.floats(c.shape[-1], out, scale=0.5)], [*c.shape[:-1], out])
    if c.draw.chance(0.7):
        c.apply('Add', [c.floats(out)])


def attend(c: Chain) -> None:
    if len(c.shape) == 3:
        turned = c.build.node('Transpose', [c.name], perm=[0, 2, 1])
        scores = c.build.node('MatMul', [c.name, turned])
        scaled = c.build.node('Mul', [scores, c.build.constant(np.float32(0.3))])
        weights = c.build.node('Softmax', [scaled], axis=-1 if c.build.opset >= 13 else 2)
        c.earlier.append((c.name, c.shape))
        c.name = c.build.node('MatMul', [weights, c.name])
        c.names.append('attention')


def transpose(c: Chain) -> None:
    perm = [0, *(int(axis) + 1 for axis in c.draw.rng.permutation(len(c.shape) - 1))]
    c.apply('Transpose', [], [c.shape[axis] for axis in perm], perm=perm)


def reshape(c: Chain) -> None:
    first = -1 if c.build.batch else 1
    if len(c.shape) == 4 and c.draw.chance(0.7):
        to = [first, c.shape[1], c.shape[2] * c.shape[3]]
    else:
        size = int(np.prod(c.shape[1:]))
        part = c.draw.pick([n for n in range(1, size + 1) if size % n == 0])
        to = c.draw.pick(([first, part, size // part], [first, part, 1, size // part], [first, 1, size]))
    c.apply('Reshape', [c.ints(*to)], [1, *to[1:]])


def split(c: Chain) -> None:
    axis = c.draw.integer(1, len(c.shape) - 1)
    if c.shape[axis] % 2 == 0:
        parts = c.build.node('Split', [c.name], 2, axis=axis)
        shape = [size // 2 if i == axis else size for i, size in enumerate(c.shape)]
        c.earlier += [(parts[1], shape)]
        c.name, c.shape = parts[0], shape
        c.names.append('Split')
        residual(c)


def slice_(c: Chain) -> None:
    axis = c.draw.integer(1, len(c.shape) - 1)
    size = c.shape[axis]
    start = c.draw.integer(0, size - 1)
    shape = [size - start if i == axis else other for i, other in enumerate(c.shape)]
    c.apply('Slice', [c.ints(start), c.ints(2**31 - 1), c.ints(axis)], shape)


def concat(c: Chain) -> None:
    axis = c.draw.integer(1, len(c.shape) - 1)
    fits = [
        (name, shape)
        for name, shape in [*c.earlier, (c.name, c.shape)]
        if len(shape) == len(c.shape)
        and all(a == b or i == axis for i, (a, b) in enumerate(zip(shape, c.shape, strict=True)))
    ]
    name, shape = c.draw.pick(fits)
    c.apply('Concat', [name], [size + shape[i] if i == axis else size for i, size in enumerate(c.shape)], axis=axis)


def mean(c: Chain) -> None:
    axes = sorted({c.draw.integer(1, len(c.shape) - 1) for _ in range(c.draw.integer(1, 2))})
    c.apply('ReduceMean', [], [1 if i in axes else size for i, size in enumerate(c.shape)], axes=axes)
    if c.draw.chance():
        before, shape = c.earlier[-1]
        c.earlier.append((c.name, c.shape))
        c.name, c.shape = c.build.node(c.draw.pick(('Sub', 'Mul')), [before, c.name]), shape


def global_pool(c: Chain) -> None:
    if len(c.shape) >= 3:
        c.apply(c.draw.pick(('GlobalAveragePool', 'GlobalMaxPool')), [], [*c.shape[:2], *[1] * (len(c.shape) - 2)])


def layer_norm(c: Chain) -> None:
    axes = [len(c.shape) - 1]
    average = c.build.node('ReduceMean', [c.name], axes=axes)
    centred = c.build.node('Sub', [c.name, average])
    squared = c.build.node('Pow', [centred, c.build.constant(np.float32(2))])
    variance = c.build.node('ReduceMean', [squared], axes=axes)
    root = c.build.node('Sqrt', [c.build.node('Add', [variance, c.build.constant(np.float32(0.1))])])
    c.earlier.append((c.name, c.shape))
    c.name = c.build.node('Div', [centred, root])
    c.names.append('LayerNorm')
    if c.draw.chance():
        c.apply('Mul', [c.floats(c.shape[-1])])
        c.apply('Add', [c.floats(c.shape[-1])])


def softmax(c: Chain) -> None:
    c.apply('Softmax', [], axis=len(c.shape) - 1)


STEPS: tuple[Callable[[Chain], None], ...] = (
    activate, activate, activate, clip, times_sigmoid, arithmetic, arithmetic, residual, residual, conv, conv, conv,
    batch_norm, linear, linear, attend, transpose, transpose, reshape, reshape, split, slice_, concat, mean,
    global_pool, layer_norm, softmax)  # yapf: disable


def chain(draw: Draw) -> Case:
    c = Chain(draw)
    for _ in range(draw.integer(2, 9)):
        step = draw.pick(STEPS)
        # Shapes of constants are those of the sizes that are drawn.
        if not (c.open and step in (reshape, split)) and np.prod(c.shape) < 4000:
            step(c)
    c.build.output(c.name)
    if draw.chance(0.3):
        other = draw.pick(c.earlier)[0]
        if other != c.name and not other.startswith('x'):
            c.build.output(other)
    return c.build.case('chain', {'steps': ' '.join(c.names)})


OPERATORS = {'chain': chain}
