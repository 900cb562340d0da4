"""Functions of one number, and of two."""

from functools import partial

import numpy as np
from onnx import TensorProto

from tests.differential.draw import Builder, Case, Draw, simple


def unary(op: str, draw: Draw, low: float = -np.inf, high: float = np.inf, opset: int = 13, **attributes) -> Case:
    x = draw.values(draw.shape(), draw.pick((1, 3, 30)))
    return simple(draw, op, [np.clip(x, low, high)], draw.attributes(**attributes), opset)


def clip(draw: Draw) -> Case:
    x = draw.values(draw.shape(), 2)
    bounds = sorted(draw.number(-2, 2) for _ in range(2))
    if draw.chance(0.3):
        return simple(draw, 'Clip', [x], draw.attributes(min=lambda: bounds[0], max=lambda: bounds[1]), opset=10)
    constants = [np.float32(bound) if draw.chance(0.7) else None for bound in bounds]
    while constants and constants[-1] is None:
        constants.pop()
    return simple(draw, 'Clip', [x], constants=constants)


def prelu(draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, draw.pick((7, 13, 16)))
    kind = draw.pick(('channels', 'one', 'any', 'any'))
    slope = list(shape[1:2] + [1] * (len(shape) - 2)) if kind == 'channels' else [1] if kind == 'one' else shape[1:]
    if kind == 'any':
        slope = [1 if draw.chance(0.4) else size for size in slope]
    slopes = draw.values(slope or [1])
    y = build.node('PRelu', [build.value(draw.values(shape)), build.operand(slopes, 0.7)])
    build.output(y, None if shape[0] == 1 and len(shape) > 1 else 0)
    return build.case('PRelu')


def cast(draw: Draw) -> Case:
    x = draw.values(draw.shape(), 3)
    to = draw.pick(
        (
            TensorProto.INT64,
            TensorProto.INT32,
            TensorProto.FLOAT16,
            TensorProto.DOUBLE,
            TensorProto.BOOL,
            TensorProto.FLOAT,
            TensorProto.UINT8,
            TensorProto.INT8,
        )
    )
    x = np.abs(x) if to == TensorProto.UINT8 else np.clip(x, -100, 100)
    return simple(draw, 'Cast', [x], {'to': to}, whole=True)


def dropout(draw: Draw) -> Case:
    x = draw.values(draw.shape())
    if draw.chance(0.4):
        return simple(draw, 'Dropout', [x], draw.attributes(ratio=lambda: 0.3), opset=draw.pick((7, 10)))
    constants = draw.pick(([], [np.float32(0.3)], [np.float32(0.3), np.bool_(False)]))
    return simple(draw, 'Dropout', [x], constants=constants)


UNARY = {
    'Abs': {}, 'Neg': {}, 'Floor': {}, 'Ceil': {}, 'Round': {}, 'Sign': {}, 'Sin': {}, 'Cos': {},
    'Sqrt': {'low': 0}, 'Exp': {'high': 80}, 'Log': {'low': 1e-6}, 'Tan': {'low': -1.4, 'high': 1.4},
    'Asin': {'low': -1, 'high': 1}, 'Acos': {'low': -1, 'high': 1}, 'Atan': {}, 'Sinh': {'low': -80, 'high': 80},
    'Asinh': {}, 'Cosh': {'low': -80, 'high': 80}, 'Acosh': {'low': 1}, 'Atanh': {'low': -.99, 'high': .99},
    'Tanh': {}, 'Reciprocal': {'low': .01}, 'Erf': {}, 'Relu': {}, 'Sigmoid': {}, 'Softplus': {}, 'Softsign': {},
    'Identity': {}, 'HardSwish': {'opset': 14}, 'Mish': {'opset': 18},
    'LeakyRelu': {'alpha': lambda: .3}, 'Elu': {'alpha': lambda: .7}, 'Celu': {'alpha': lambda: .7},
    'Selu': {'alpha': lambda: 1.3, 'gamma': lambda: .8}, 'ThresholdedRelu': {'alpha': lambda: .4},
    'HardSigmoid': {'alpha': lambda: .3, 'beta': lambda: .4}, 'Shrink': {'bias': lambda: .3, 'lambd': lambda: .6},
    'Gelu': {'opset': 20, 'approximate': lambda: 'tanh'}, 'Swish': {'opset': 24, 'alpha': lambda: 1.0},
}  # yapf: disable


def binary(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, draw.pick((7, 13)))
    if shape[0] == 1 and len(shape) > 1 and draw.chance(0.2):
        build.open_batch(draw.integer(1, 3))
    dtype = TensorProto.INT64 if draw.chance(0.15) else TensorProto.FLOAT
    whole = dtype != TensorProto.FLOAT
    other = draw.broadcast(shape)
    if draw.chance(0.3) and not build.batch:
        shape, other = other if len(other) == len(shape) else shape, shape
    a, b = (draw.whole(size, 1, 9) if whole else draw.values(size, 2) for size in (shape, other))
    if op == 'Div':
        b = np.where(np.abs(b) < 0.1, 1, b)
    operands = [build.value(a, dtype)]
    operands.append(build.value(b, dtype) if whole else build.operand(b))
    if draw.chance(0.3):
        operands.reverse()
    y = build.node(op, operands)
    build.output(y, None if np.broadcast(a, b).shape[:1] == (1,) and np.broadcast(a, b).ndim > 1 else 0, whole)
    return build.case(op)


def variadic(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, 13)
    operands = [build.value(draw.values(shape))]
    operands += [build.operand(draw.values(draw.broadcast(shape))) for _ in range(draw.integer(0, 3))]
    y = build.node(op, operands)
    build.output(y, None if shape[0] == 1 and len(shape) > 1 else 0)
    return build.case(op)


def power(draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, draw.pick((7, 13, 15)))
    x = np.clip(draw.values(shape, 1.5), -4, 4)
    kind = draw.pick(('whole', 'whole', 'half', 'any', 'channels', 'tensor', 'tensor', 'base', 'positive'))
    if kind == 'positive':
        name = (
            build.node('Clip', [build.value(x), build.constant(np.float32(0.01)), build.constant(np.float32(9))])
            if build.opset > 10
            else build.node('Clip', [build.value(x)], min=0.01, max=9.0)
        )
        exponent = build.constant(np.float32(draw.number(-3, 3)))
        y = build.node('Pow', [name, exponent])
    elif kind == 'base':
        base = np.float32(draw.number(0.2, 3) if draw.chance(0.8) else draw.integer(-3, 0))
        y = build.node('Pow', [build.constant(base), build.value(x)])
    elif kind == 'tensor':
        exponents = draw.whole(shape, -2, 3) if draw.chance(0.5) else draw.values(shape)
        y = build.node('Pow', [build.value(x), build.value(exponents)])
    else:
        exponent = {
            'whole': lambda: np.float32(draw.integer(-4, 9)),
            'half': lambda: np.float32(draw.integer(-6, 6) / 2),
            'any': lambda: np.float32(draw.number(-3, 3)),
            'channels': lambda: draw.whole(draw.broadcast(shape), draw.pick((0, -1)), 5),
        }[kind]()
        y = build.node('Pow', [build.value(x), build.constant(exponent)])
    build.output(y, None if shape[0] == 1 and len(shape) > 1 else 0)
    return build.case(f'Pow({kind})')


def mod(draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, 13)
    whole = draw.chance(0.3)
    dtype = TensorProto.INT64 if whole else TensorProto.FLOAT
    b = draw.whole(draw.broadcast(shape), 1, 5) if whole else np.abs(draw.values(draw.broadcast(shape), 2, False)) + 0.5
    a = draw.whole(shape, -9, 9) if whole else draw.values(shape, 3, False)
    names = [build.value(a, dtype), build.value(b, dtype) if whole else build.operand(b)]
    attributes = {'fmod': 1} if not whole or draw.chance(0.3) else {}
    build.output(build.node('Mod', names, **attributes), 0, whole)
    return build.case('Mod', attributes)


def compare(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, 13)
    a, b = draw.whole(shape, 0, 3), draw.whole(draw.broadcast(shape), 0, 3)
    whole = draw.chance(0.3)
    dtype = draw.pick((TensorProto.INT32, TensorProto.INT64)) if whole else TensorProto.FLOAT
    condition = build.node(op, [build.value(a, dtype), build.value(b, dtype) if whole else build.operand(b)])
    if draw.chance():
        y = build.node('Where', [condition, build.value(draw.values(shape)), build.constant(np.float32(0))])
        build.output(y, 0)
    else:
        build.output(condition, 0, True)
    return build.case(op)


def logic(op: str, draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, 13)
    if shape[0] == 1 and len(shape) > 1 and draw.chance(0.2):
        build.open_batch(draw.integer(1, 3))

    def condition(size: list[int], constant: float = 0) -> str:
        if draw.chance(0.3):
            return build.node(draw.pick(('Greater', 'LessOrEqual')), [build.value(draw.whole(size, 0, 3)),
                                                                      build.constant(np.float32(1.5))])  # yapf: disable
        if not build.batch and draw.chance(constant):
            return build.constant(draw.rng.random(size) < 0.5)
        return build.value(draw.whole(size, 0, 1), TensorProto.BOOL)

    operands = [condition(shape)] if op == 'Not' else [condition(shape), condition(draw.broadcast(shape), 0.3)]
    if draw.chance(0.3):
        operands.reverse()
    y = build.node(op, operands)
    if draw.chance(0.3):
        y = build.node('Where', [y, build.value(draw.values(shape)), build.constant(np.float32(-1))])
        build.output(y, None if shape[0] == 1 and len(shape) > 1 else 0)
    else:
        build.output(y, None if shape[0] == 1 and len(shape) > 1 else 0, True)
    return build.case(op)


def where(draw: Draw) -> Case:
    shape = draw.shape()
    build = Builder(draw, 13)
    condition = draw.rng.random(draw.broadcast(shape)) < 0.5
    y = build.node(
        'Where',
        [build.constant(condition), build.value(draw.values(shape)), build.operand(draw.values(draw.broadcast(shape)))],
    )
    build.output(y, None if shape[0] == 1 and len(shape) > 1 else 0)
    return build.case('Where')


OPERATORS = {
    **{op: partial(unary, op, **options) for op, options in UNARY.items()},
    **{op: partial(binary, op) for op in ('Add', 'Sub', 'Mul', 'Div')},
    **{op: partial(variadic, op) for op in ('Max', 'Min', 'Sum', 'Mean')},
    'Pow': power, 'Clip': clip, 'PRelu': prelu, 'Cast': cast, 'Dropout': dropout, 'Where': where, 'Mod': mod,
    **{op: partial(logic, op) for op in ('And', 'Or', 'Xor', 'Not')},
    **{op: partial(compare, op) for op in ('Less', 'Greater', 'Equal', 'LessOrEqual', 'GreaterOrEqual')},
}  # yapf: disable
