"""Convolutions and poolings."""

from functools import partial

import numpy as np

from tests.differential.draw import Builder, Case, Draw, simple


def spatial(draw: Draw, least: int = 4) -> list[int]:
    count = draw.pick((1, 2, 2, 2, 3))
    return draw.integers(count, least, 12 if count < 3 else 7)


def padding(draw: Draw, count: int, kernel: list[int]) -> dict:
    kind = draw.pick(('none', 'pads', 'pads', 'auto'))
    if kind == 'auto':
        return {'auto_pad': draw.pick(('SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET'))}
    if kind == 'none':
        return {}
    return {'pads': [draw.integer(0, max(0, kernel[i % count] - 1)) for i in range(2 * count)]}


def window(draw: Draw, sizes: list[int], dilations: float = 0.3) -> dict:
    count = len(sizes)
    kernel = draw.integers(count, 1, 4)
    attributes = {'kernel_shape': kernel, **padding(draw, count, kernel)}
    if draw.chance(0.7):
        attributes['strides'] = draw.integers(count, 1, 3)
    if draw.chance(dilations):
        attributes['dilations'] = draw.integers(count, 1, 2)
    return attributes


def weighted(draw: Draw, op: str, x: np.ndarray, weight: np.ndarray, channels: int, attributes: dict) -> Case:
    """A convolution of an image; its weights are constants or, at times, computed, and so is its bias."""
    biases = [draw.values([channels], 1, False)] if draw.chance() else []
    batch = x.shape[0]
    if draw.chance(0.75) or batch > 1:
        return simple(draw, op, [x], attributes, constants=[weight, *biases])
    build = Builder(draw)
    mode = draw.pick(('fixed', 'fixed', 'batch', 'sizes'))
    if mode == 'batch':
        build.open_batch(draw.integer(1, 2))
    inputs = [build.value(x, open_sizes=draw.subset(x.ndim) if mode == 'sizes' else [])]
    inputs += [build.operand(value, 0.2) for value in (weight, *biases)]
    build.output(build.node(op, inputs, **attributes))
    return build.case(op, attributes)


def conv(draw: Draw) -> Case:
    sizes = spatial(draw)
    group = draw.pick((1, 1, 2, 3, 4))
    per_group = draw.integer(1, 3) if draw.chance(0.7) else 1
    out = group * draw.integer(1, 3)
    attributes = window(draw, sizes)
    if group > 1:
        attributes['group'] = group
    kernel = attributes['kernel_shape']
    if draw.chance(0.4):
        del attributes['kernel_shape']
    x = draw.values([1 if draw.chance(0.9) else 2, group * per_group, *sizes])
    return weighted(draw, 'Conv', x, draw.values([out, per_group, *kernel], 0.5, False), out, attributes)


def conv_transpose(draw: Draw) -> Case:
    sizes = spatial(draw, 2)
    group = draw.pick((1, 1, 1, 2, 3))
    channels, out = group * draw.integer(1, 3), draw.integer(1, 3)
    attributes = window(draw, sizes)
    if group > 1:
        attributes['group'] = group
    kernel = attributes['kernel_shape']
    strides = attributes.get('strides', [1] * len(sizes))
    if draw.chance(0.4):
        attributes['output_padding'] = [draw.integer(0, stride - 1) for stride in strides]
    if draw.chance(0.2):
        attributes['output_shape'] = [
            size * stride + draw.integer(-1, 1) for size, stride in zip(sizes, strides, strict=False)
        ]
    if draw.chance(0.4):
        del attributes['kernel_shape']
    weight = draw.values([channels, out, *kernel], 0.5, False)
    x = draw.values([1, channels, *sizes])
    return weighted(draw, 'ConvTranspose', x, weight, group * out, attributes)


def pool(op: str, draw: Draw) -> Case:
    sizes = spatial(draw)
    attributes = window(draw, sizes, 0.1)
    opset = draw.pick((11, 13, 19, 22) if op == 'AveragePool' else (10, 12, 13))
    if opset < 19 and op == 'AveragePool':
        attributes.pop('dilations', None)
    attributes |= draw.attributes(0.5, ceil_mode=lambda: draw.integer(0, 1))
    if op == 'AveragePool':
        attributes |= draw.attributes(0.5, count_include_pad=lambda: draw.integer(0, 1))
    return simple(draw, op, [draw.values([1, draw.size(), *sizes])], attributes, opset)


def lp_pool(draw: Draw) -> Case:
    sizes = spatial(draw)
    return simple(draw, 'LpPool', [draw.values([1, 3, *sizes])], window(draw, sizes, 0) | {'p': 2})


def global_pool(op: str, draw: Draw) -> Case:
    return simple(draw, op, [draw.values([1, draw.size(), *spatial(draw, 1)])])


def roi_align(draw: Draw) -> Case:
    build = Builder(draw, draw.pick((10, 16)))
    count = draw.pick((1, 1, 2))
    x = build.value(draw.values([1, 3, 9, 11]))
    start = draw.rng.uniform(0, 4, (count, 2))
    boxes = np.concatenate([start, start + draw.rng.uniform(1, 5, (count, 2))], 1)
    attributes = draw.attributes(
        output_height=lambda: draw.integer(1, 4),
        output_width=lambda: draw.integer(1, 4),
        sampling_ratio=lambda: draw.integer(0, 3),
        spatial_scale=lambda: draw.number(0.5, 1),
        mode=lambda: draw.pick(('avg', 'max')),
    )
    if build.opset >= 16:
        attributes |= draw.attributes(
            coordinate_transformation_mode=lambda: draw.pick(('half_pixel', 'output_half_pixel'))
        )
    y = build.node('RoiAlign', [x, build.value(boxes), build.constant(np.zeros(count, np.int64))], **attributes)
    build.output(y, None if count == 1 else 0)
    return build.case('RoiAlign', attributes)


OPERATORS = {
    'Conv': conv, 'ConvTranspose': conv_transpose, 'MaxPool': partial(pool, 'MaxPool'),
    'AveragePool': partial(pool, 'AveragePool'), 'LpPool': lp_pool,
    'GlobalAveragePool': partial(global_pool, 'GlobalAveragePool'),
    'GlobalMaxPool': partial(global_pool, 'GlobalMaxPool'), 'RoiAlign': roi_align,
}  # yapf: disable
