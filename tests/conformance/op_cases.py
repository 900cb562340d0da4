"""Cases of the custom operators, {operator} x {engine} x {case}."""
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
from onnx import helper, numpy_helper

from mmdeploy.op.case import Case

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class OpNetwork:
    """A network of one node, for the `write_op` of an engine's conformance.py."""
    case: Case
    name: str = field(init=False)

    def __post_init__(self):
        self.name = self.case.id

    @property
    def named_inputs(self) -> dict[str, np.ndarray]:
        return {f'x{i}': x for i, x in enumerate(self.case.inputs) if x is not None}

    @property
    def output_names(self) -> list[str]:
        return [f'y{i}' for i in range(len(self.case.expected))]

    def is_batched(self, index: int) -> bool:
        """Tell whether the first axis of an input is the batch."""
        inputs = self.case.declaration['inputs']
        return inputs[min(index, len(inputs) - 1)]['batched']

    def onnx(self, constant_inputs: bool = False) -> bytes:
        """The network as the content of an ONNX file.

        Args:
            constant_inputs: inputs without a batch are constants, and outputs without one get an axis of 1 in front.
        """
        case = self.case
        domain, _, kind = case.op.partition('::')
        names = [f'x{i}' if x is not None else '' for i, x in enumerate(case.inputs)]
        constants, inputs, outputs, nodes = [], [], [], []
        for i, x in enumerate(case.inputs):
            if x is None:
                continue
            if constant_inputs and not self.is_batched(i):
                constants.append(numpy_helper.from_array(x, names[i]))
            else:
                inputs.append(_info(names[i], x.dtype, x.shape))
        made = []
        for i, want in enumerate(case.expected):
            name = self.output_names[i]
            if constant_inputs and not case.declaration['outputs'][i]['batched']:
                made.append(f'{name}_inner')
                nodes.append(helper.make_node('Unsqueeze', [made[-1]], [name], axes=[0]))
                outputs.append(_info(name, want.dtype, [1] + [None] * want.ndim))
            else:
                made.append(name)
                outputs.append(_info(name, want.dtype, [None] * want.ndim))
        nodes.insert(0, helper.make_node(kind, names, made, domain=domain, **case.attributes))
        graph = helper.make_graph(nodes, self.name, inputs, outputs, initializer=constants)
        opsets = [helper.make_opsetid('', 11), helper.make_opsetid(domain, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def _info(name: str, dtype: np.dtype, dims):
    dims = [f'{name}_{i}' if size is None else size for i, size in enumerate(dims)]
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), dims)


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f'cases_of_{path.parent.name}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def all_cases() -> Iterator[Case]:
    for path in sorted(ROOT.glob('mmdeploy/op/*/cases.py')):
        yield from _load(path).cases()
