"""Sizes that are computed from the number of images, which stays open: exporters write them everywhere."""

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from tests.differential.draw import Builder, Case, Draw


class Images:
    """Images of an open batch, and their number as a list of one."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.build = Builder(draw, draw.pick((11, 13, 15)))
        self.build.open_batch(draw.integer(1, 3))
        self.shape = [1, draw.integer(1, 4), *draw.integers(draw.integer(1, 2), 1, 5)]
        self.x = self.build.value(draw.values(self.shape, 1, False))
        self.sizes = self.build.node('Shape', [self.x])

    def ints(self, *values: int) -> str:
        return self.build.constant(np.array(values, np.int64))

    def size(self, axis: int = 0) -> str:
        """One size, in a way of many."""
        way = self.draw.pick(('gather', 'scalar', 'slice', 'shape') if self.build.opset >= 15 else
                             ('gather', 'scalar', 'slice'))  # yapf: disable
        if way == 'gather':
            return self.build.node('Gather', [self.sizes, self.ints(axis)])
        if way == 'slice':
            return self.build.node('Slice', [self.sizes, self.ints(axis), self.ints(axis + 1), self.ints(0)])
        if way == 'shape':
            return self.build.node('Shape', [self.x], start=axis, end=axis + 1)
        scalar = self.build.node('Gather', [self.sizes, self.build.constant(np.int64(axis))])
        if self.build.opset >= 13:
            return self.build.node('Unsqueeze', [scalar, self.ints(0)])
        return self.build.node('Unsqueeze', [scalar], axes=[0])

    def list_of(self, *parts: str) -> str:
        return self.build.node('Concat', list(parts), axis=0)


def _reshape(images: Images) -> str:
    draw, count = images.draw, int(np.prod(images.shape[1:]))
    part = draw.pick([n for n in range(1, count + 1) if count % n == 0])
    rest = draw.pick(([-1], [count], [part, count // part], [part, -1], [1, count], [part, 1, -1]))
    first = images.size()
    if draw.chance(0.2):  # joined with others, which are images all the same
        first = images.build.node('Mul', [first, images.ints(draw.pick((1, part)))])
        rest = [-1]
    return images.build.node('Reshape', [images.x, images.list_of(first, *(images.ints(size) for size in rest))])


def _join_and_part(images: Images) -> str:
    """To [N * C, ...] and back."""
    first, second = images.size(), images.size(1)
    joined = images.build.node('Mul', [first, second])
    rows = images.build.node('Reshape', [images.x, images.list_of(joined, images.ints(-1))])
    rows = images.build.node('Softmax', [rows], axis=1)
    return images.build.node('Reshape', [rows, images.list_of(first, second, images.ints(-1))])


def _expand(images: Images) -> str:
    row = images.build.constant(images.draw.values([1, 1, *images.shape[2:]], 1, False))
    sizes = images.list_of(images.size(), *(images.ints(1) for _ in images.shape[1:]))
    token = images.build.node('Expand', [row, sizes])
    if images.draw.chance(0.7):
        return images.build.node('Concat', [token, images.x], axis=1)
    return images.build.node('Add', [token, images.x])


def _slice(images: Images) -> str:
    """To the number of images, along the images or along another axis."""
    axis = images.draw.pick((0, 0, 1))
    start = images.draw.pick((0, 0, 1) if axis else (0, 0, 0, 1))
    return images.build.node('Slice', [images.x, images.ints(start), images.size(), images.ints(axis)])


def _constant(images: Images) -> str:
    parts = [images.size(), *(images.ints(size) for size in images.shape[1:])]
    if images.draw.chance(0.3):
        parts.insert(0, parts.pop(1))  # the images along another axis
    zeros = images.build.node('ConstantOfShape', [images.list_of(*parts)])
    return images.build.node(images.draw.pick(('Add', 'Max', 'Mul')), [images.x, zeros])


def _tile(images: Images) -> str:
    repeats = images.list_of(images.size(), *(images.ints(1) for _ in images.shape[1:]))
    return images.build.node('Tile', [images.x, repeats])


def _number(images: Images) -> str:
    """The number itself, which an engine that runs image by image cannot have."""
    number = images.build.node('Cast', [images.size()], to=TensorProto.FLOAT)
    return images.build.node(images.draw.pick(('Mul', 'Add', 'Div')), [images.x, number])


def _resize(images: Images) -> str:
    """Another size, beside that of the images."""
    if len(images.shape) != 4:
        return _reshape(images)
    sizes = [images.size(0), images.size(1), images.ints(images.shape[2] * 2), images.ints(images.shape[3] * 2)]
    scales = images.build.constant(np.zeros(0, np.float32))
    return images.build.node(
        'Resize', [images.x, scales if images.build.opset < 13 else '', scales if images.build.opset < 13 else '',
                   images.list_of(*sizes)], mode='nearest', nearest_mode='floor',
        coordinate_transformation_mode='asymmetric')  # yapf: disable


KINDS: tuple[Callable[[Images], str], ...] = (
    _reshape, _reshape, _reshape, _join_and_part, _expand, _expand, _slice, _constant, _tile, _number, _resize)


def sizes_of_batch(draw: Draw) -> Case:
    images = Images(draw)
    kind = draw.pick(KINDS)
    y = kind(images)
    if draw.chance(0.3):
        y = images.build.node('Relu', [y])
    images.build.output(y)
    return images.build.case(f'sizes of the batch ({kind.__name__[1:]})')


OPERATORS = {'sizes_of_batch': sizes_of_batch}
