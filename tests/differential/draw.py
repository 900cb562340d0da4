"""What generators draw from, and the models that they make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

IR_OF_OPSET = {20: 9, 21: 10, 22: 10, 23: 11, 24: 12}
SPECIAL = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3.0,
    -3.0,
    6.0,
    20.0,
    -20.0,
    60.0,
    -60.0,
    88.0,
    100.0,
    -100.0,
)


@dataclass
class Case:
    """A model of one operator, and what it is run with."""

    model: onnx.ModelProto
    feeds: dict[str, np.ndarray]
    # Sizes of the interface are left to the converter where they are open.
    text: str = ''


@dataclass
class Inner:
    """A value as the operator sees it."""

    name: str
    value: np.ndarray
    constant: bool = False
    # Axes whose size the model leaves open.
    open: tuple[int, ...] = ()


@dataclass
class Draw:
    """Random choices of one case."""

    seed: tuple[int, ...]
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def chance(self, probability: float = 0.5) -> bool:
        return bool(self.rng.random() < probability)

    def integer(self, least: int, most: int) -> int:
        return int(self.rng.integers(least, most + 1))

    def integers(self, count: int, least: int, most: int) -> list[int]:
        return [self.integer(least, most) for _ in range(count)]

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.integer(0, len(options) - 1)]

    def number(self, least: float, most: float) -> float:
        return float(np.float32(self.rng.uniform(least, most)))

    def size(self) -> int:
        return self.pick((1, 1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17))

    def rank(self, least: int = 1, most: int = 6) -> int:
        return self.pick([rank for rank in (1, 2, 3, 4, 4, 5, 6) if least <= rank <= most])

    def shape(self, least: int = 1, most: int = 6, batch: float = 0.8) -> list[int]:
        """Mostly with a batch of 1 in front; rarely with a dimension of 0, never very large."""
        rank = self.rank(least, most)
        shape = [self.size() for _ in range(rank)]
        if rank > 1 and self.chance(batch):
            shape[0] = 1
        while np.prod(shape) > 4000:
            shape[int(np.argmax(shape))] //= 2
        if self.chance(0.02):
            shape[self.integer(0, rank - 1)] = 0
        return shape

    def values(self, shape: Sequence[int], scale: float = 1.0, special: bool = True) -> np.ndarray:
        """Normally distributed, sometimes with zeros, halves and large numbers."""
        values = self.rng.standard_normal(tuple(shape)) * scale
        if special and self.chance(0.3):
            mask = self.rng.random(values.shape) < 0.3
            values = np.where(mask, self.rng.choice(SPECIAL, size=values.shape), values)
        return values.astype(np.float32)

    def whole(self, shape: Sequence[int], least: int, most: int) -> np.ndarray:
        return self.rng.integers(least, most + 1, tuple(shape)).astype(np.float32)

    def broadcast(self, shape: Sequence[int]) -> list[int]:
        """A shape that broadcasts with this one."""
        other = list(shape)[self.integer(0, len(shape)) :] if self.chance() else list(shape)
        return [1 if self.chance(0.3) else size for size in other]

    def subset(self, count: int, least: int = 0) -> list[int]:
        chosen = [i for i in range(count) if self.chance()]
        while len(chosen) < least:
            chosen = sorted({*chosen, self.integer(0, count - 1)})
        return chosen

    def signed(self, axis: int, rank: int) -> int:
        return axis - rank if self.chance() else axis

    def attributes(self, probability: float = 0.6, **options: Callable[[], Any]) -> dict[str, Any]:
        """Each one with this probability; those whose value is None never."""
        drawn = {name: option() for name, option in options.items() if self.chance(probability)}
        return {name: value for name, value in drawn.items() if value is not None}


class Builder:
    """Puts the operator into a model whose inputs and outputs every engine can have.

    Values are inputs themselves, with an open batch or open sizes at times; or they are made
    inside of the model from an input of one row, so that they may have any shape.
    """

    def __init__(self, draw: Draw, opset: int = 13) -> None:
        self.draw, self.opset = draw, opset
        self.inputs: list[onnx.ValueInfoProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.nodes: list[onnx.NodeProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.feeds: dict[str, np.ndarray] = {}
        self.batch = 0
        self.notes: list[str] = []

    def constant(self, value: Any, dtype: type | None = None) -> str:
        name = f'c{len(self.constants)}'
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def open_batch(self, images: int) -> None:
        """Leave the batch of all inputs open, and run this many images."""
        self.batch = images

    def value(self, value: np.ndarray, dtype: int = TensorProto.FLOAT, open_sizes: Sequence[int] = ()) -> str:
        """A value of the graph; other types than float32 are cast inside of it."""
        name = f'x{len(self.feeds)}'
        value = np.asarray(value, np.float32)
        direct = value.ndim >= 2 and value.shape[0] == 1 and (self.batch or self.draw.chance(0.8))
        shape: list[int | str] = list(value.shape) if direct else [1, value.size]
        for axis in open_sizes if direct else ():
            if axis > 0:
                shape[axis] = f'{name}_{axis}'
        if direct and self.batch:
            shape[0] = 'N'
            images = [value] + [
                self.draw.rng.permutation(value.ravel()).reshape(value.shape) for _ in range(self.batch - 1)
            ]
            value = np.concatenate(images)
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        self.feeds[name] = value if direct else value.reshape(1, -1)
        self.notes.append(f'{name}{shape}')
        if not direct:
            name = self.node('Reshape', [name, self.constant(value.shape, np.int64)])
            self.notes[-1] += f' as {list(value.shape)}'
        if dtype != TensorProto.FLOAT:
            name = self.node('Cast', [name], to=dtype)
        return name

    def operand(self, value: np.ndarray, constant: float = 0.4, **kwargs: Any) -> str:
        """A value or a constant."""
        if self.draw.chance(constant):
            self.notes.append(f'constant{list(np.shape(value))}')
            return self.constant(np.asarray(value, np.float32))
        return self.value(value, **kwargs)

    def node(self, op: str, inputs: Sequence[str], count: int = 1, **attributes: Any) -> Any:
        names = [f'v{len(self.nodes)}_{i}' for i in range(count)]
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0] if count == 1 else names

    def output(self, name: str, rank: int | None = None, cast: bool = False) -> None:
        """Rank: of a value that is no output by itself, since it has no batch."""
        if cast:
            name = self.node('Cast', [name], to=TensorProto.FLOAT)
        if rank is not None:
            name = self.node(
                'Unsqueeze',
                [name, self.constant([0])] if self.opset >= 13 else [name],
                **({} if self.opset >= 13 else {'axes': [0]}),
            )
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))

    def case(self, op: str, attributes: dict[str, Any] | None = None) -> Case:
        graph = helper.make_graph(self.nodes, op, self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', self.opset)])
        model.ir_version = IR_OF_OPSET.get(self.opset, 8)
        batch = f', {self.batch} images' if self.batch else ''
        return Case(model, self.feeds, f'{op}-{self.opset} {attributes or {}} of {", ".join(self.notes)}{batch}')


def simple(
    draw: Draw,
    op: str,
    values: Sequence[np.ndarray | str],
    attributes: dict[str, Any] | None = None,
    opset: int = 13,
    outputs: int = 1,
    constants: Sequence[Any] = (),
    dtype: int = TensorProto.FLOAT,
    open_sizes: bool = True,
    batch: bool = True,
    used: Sequence[int] = (0,),
    whole: bool = False,
) -> Case:
    """A case of one operator.

    Args:
        values: computed operands, of which the first decides whether a batch is left open.
        constants: further inputs, behind them; None is left out.
        used: the outputs that are outputs of the model.
        whole: whether results are numbers of another type.
    """
    build = Builder(draw, opset)
    first = np.asarray(values[0])
    can_open = first.ndim >= 2 and first.shape[0] == 1 and first.size > 0
    mode = draw.pick(('fixed', 'fixed', 'fixed', 'batch', 'sizes')) if can_open else 'fixed'
    if mode == 'batch' and batch:
        build.open_batch(draw.integer(1, 3))
    inputs = []
    for value in values:
        sizes = draw.subset(np.ndim(value)) if mode == 'sizes' and open_sizes else []
        inputs.append(build.value(value, dtype, sizes))
    for constant in constants:
        inputs.append('' if constant is None else build.constant(constant))
        if constant is not None:
            build.notes.append(f'constant{list(np.shape(constant))}')
    results = build.node(op, inputs, outputs, **(attributes or {}))
    results = [results] if outputs == 1 else results
    interface = can_open and (mode == 'batch' or draw.chance(0.7))
    for index in used:
        build.output(results[index], None if interface else 0, whole or dtype != TensorProto.FLOAT)
    return build.case(op, attributes)
