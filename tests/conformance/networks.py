"""Small networks that every engine is tested on, independent of any engine's format.

An engine's own `conformance.py` turns them into its files. `Network.reference` is what they compute.
"""
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from onnx import helper, numpy_helper

DYNAMIC = -1
# Of the tensors that numpy and every binding know.
TYPES = ('float32', 'float16', 'float64', 'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64',
         'bool')


@dataclass
class Tensor:
    """An input or output; -1 is a dimension that is known at run time only."""
    name: str
    shape: list[int]
    dtype: str = 'float32'


@dataclass
class Op:
    """One step. `kind` is `identity`, `linear` ([N,K] @ weight.T + bias), `conv` (3x3, padding 1), `relu`,
    `global_average_pool` ([N,C,H,W] -> [N,C]), `add` (of two inputs) or `reshape` (to `shape`)."""
    kind: str
    inputs: list[str]
    output: str
    weight: np.ndarray | None = None
    bias: np.ndarray | None = None
    shape: list[int] | None = None


@dataclass
class Network:
    name: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    ops: list[Op] = field(default_factory=list)

    def reference(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What the network computes, in float64 where it computes at all."""
        values = dict(arrays)
        for op in self.ops:
            values[op.output] = _REFERENCE[op.kind](op, *(values[name] for name in op.inputs))
        return {tensor.name: values[tensor.name] for tensor in self.outputs}

    def onnx(self) -> bytes:
        """The network as the content of an ONNX file."""
        constants: list = []
        nodes = [node for op in self.ops for node in _onnx_nodes(op, constants)]
        graph = helper.make_graph(nodes, self.name, [_onnx_info(t) for t in self.inputs],
                                  [_onnx_info(t) for t in self.outputs], initializer=constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
        return model.SerializeToString()


def _convolve(op: Op, x: np.ndarray) -> np.ndarray:
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return np.einsum('nchwij,ocij->nohw', windows, op.weight) + op.bias[:, None, None]


_REFERENCE: dict[str, Callable[..., np.ndarray]] = {
    'identity': lambda op, x: x,
    'linear': lambda op, x: x.astype(np.float64) @ op.weight.T + op.bias,
    'conv': _convolve,
    'relu': lambda op, x: np.maximum(x, 0),
    'global_average_pool': lambda op, x: x.astype(np.float64).mean((2, 3)),
    'add': lambda op, a, b: a + b,
    'reshape': lambda op, x: x.reshape(op.shape),
}


def _onnx_info(tensor: Tensor):
    dims = [f'{tensor.name}_{i}' if size == DYNAMIC else size for i, size in enumerate(tensor.shape)]
    return helper.make_tensor_value_info(tensor.name, helper.np_dtype_to_tensor_dtype(np.dtype(tensor.dtype)), dims)


def _onnx_nodes(op: Op, constants: list) -> list:
    def constant(suffix: str, array: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(array, f'{op.output}_{suffix}'))
        return constants[-1].name

    if op.kind == 'linear':
        return [helper.make_node('Gemm', [*op.inputs, constant('weight', op.weight), constant('bias', op.bias)],
                                 [op.output], transB=1)]
    if op.kind == 'conv':
        return [helper.make_node('Conv', [*op.inputs, constant('weight', op.weight), constant('bias', op.bias)],
                                 [op.output], pads=[1, 1, 1, 1])]
    if op.kind == 'global_average_pool':
        pooled = f'{op.output}_pooled'
        return [helper.make_node('GlobalAveragePool', op.inputs, [pooled]),
                helper.make_node('Flatten', [pooled], [op.output])]
    if op.kind == 'reshape':
        return [helper.make_node('Reshape', [*op.inputs, constant('shape', np.array(op.shape, np.int64))],
                                 [op.output])]
    return [helper.make_node({'identity': 'Identity', 'relu': 'Relu', 'add': 'Add'}[op.kind], op.inputs,
                             [op.output])]


def _linear(source: str, target: str, inputs: int, outputs: int, seed: int) -> Op:
    random = np.random.default_rng(seed)
    return Op('linear', [source], target, random.normal(size=(outputs, inputs)).astype('f4'),
              random.normal(size=outputs).astype('f4'))


def identity(dtype: str) -> Network:
    return Network(f'identity_{dtype}', [Tensor('x', [DYNAMIC, 3], dtype)], [Tensor('y', [DYNAMIC, 3], dtype)],
                   [Op('identity', ['x'], 'y')])


def linear(size: int = 8) -> Network:
    return Network(f'linear_{size}', [Tensor('x', [DYNAMIC, size])], [Tensor('y', [DYNAMIC, size])],
                   [_linear('x', 'y', size, size, 0)])


def static() -> Network:
    return Network('static', [Tensor('x', [2, 8])], [Tensor('y', [2, 8])], [_linear('x', 'y', 8, 8, 1)])


def pooled() -> Network:
    """Takes images of any size."""
    return Network('pooled', [Tensor('x', [DYNAMIC, 3, DYNAMIC, DYNAMIC])], [Tensor('y', [DYNAMIC, 4])],
                   [Op('global_average_pool', ['x'], 'p'), _linear('p', 'y', 3, 4, 2)])


def convolved() -> Network:
    """A convolution over images of any size."""
    random = np.random.default_rng(3)
    conv = Op('conv', ['x'], 'c', random.normal(size=(4, 3, 3, 3)).astype('f4'), random.normal(size=4).astype('f4'))
    return Network('convolved', [Tensor('x', [DYNAMIC, 3, DYNAMIC, DYNAMIC])],
                   [Tensor('y', [DYNAMIC, 4, DYNAMIC, DYNAMIC])], [conv, Op('relu', ['c'], 'y')])


def several() -> Network:
    """Two inputs of different shapes, two outputs whose order is not that of the names."""
    return Network('several', [Tensor('b', [DYNAMIC, 3]), Tensor('a', [DYNAMIC, 2])],
                   [Tensor('z', [DYNAMIC, 3]), Tensor('y', [DYNAMIC, 4])],
                   [_linear('b', 'z', 3, 3, 4), _linear('a', 'y', 2, 4, 5)])


def summed() -> Network:
    """One output that depends on both inputs."""
    return Network('summed', [Tensor('b', [DYNAMIC, 3]), Tensor('a', [DYNAMIC, 3])], [Tensor('y', [DYNAMIC, 3])],
                   [_linear('a', 'h', 3, 3, 6), Op('add', ['h', 'b'], 'y')])


def reshaped() -> Network:
    """Fails in the engine unless it gets 6 elements."""
    return Network('reshaped', [Tensor('x', [DYNAMIC])], [Tensor('y', [2, 3])],
                   [Op('reshape', ['x'], 'y', shape=[2, 3])])


__all__ = ['Network', 'Op', 'Tensor', 'TYPES', 'convolved', 'identity', 'linear', 'pooled', 'reshaped',
           'several', 'static', 'summed']
