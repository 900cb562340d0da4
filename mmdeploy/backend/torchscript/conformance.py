"""How the conformance tests write networks for TorchScript, and what it can't do."""
import json
from pathlib import Path

import torch
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[3]

_TYPES = 'PyTorch 1.13 has no such type'
HOLES = {
    'element_types[uint16]': _TYPES,
    'element_types[uint32]': _TYPES,
    'element_types[uint64]': _TYPES,
    'large_integers[uint32]': _TYPES,
    'large_integers[uint64]': _TYPES,
}


class _Module(torch.nn.Module):
    """Runs the steps of a network."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.constants = {
            op.output: (torch.from_numpy(op.weight), torch.from_numpy(op.bias))
            for op in network.ops if op.weight is not None
        }

    def _run(self, op, values):
        x = values[op.inputs[0]]
        if op.kind == 'linear':
            return functional.linear(x, *self.constants[op.output])
        if op.kind == 'conv':
            return functional.conv2d(x, *self.constants[op.output], padding=1)
        if op.kind == 'global_average_pool':
            return functional.adaptive_avg_pool2d(x, 1).flatten(1)
        if op.kind == 'reshape':
            return x.reshape(op.shape)
        return {'identity': lambda: x, 'relu': lambda: x.relu(), 'add': lambda: x + values[op.inputs[1]]}[op.kind]()

    def forward(self, *tensors):
        values = dict(zip([t.name for t in self.network.inputs], tensors, strict=True))
        for op in self.network.ops:
            values[op.output] = self._run(op, values)
        outputs = tuple(values[t.name] for t in self.network.outputs)
        return outputs[0] if len(outputs) == 1 else outputs


def _example(tensor):
    # A size at which every network can be traced.
    shape = [size if size > 0 else (6 if len(tensor.shape) == 1 else 4) for size in tensor.shape]
    return torch.ones(shape, dtype=getattr(torch, tensor.dtype))


def write(network, folder: Path) -> dict:
    path = folder / f'{network.name}.pt'
    for tensor in network.inputs:
        if not hasattr(torch, tensor.dtype):
            raise RuntimeError(f'PyTorch has no type {tensor.dtype}')
    with torch.no_grad():
        module = torch.jit.trace(
            _Module(network).eval(), tuple(_example(t) for t in network.inputs))
    described = {
        kind: [dict(name=t.name, dtype=t.dtype, shape=t.shape) for t in tensors]
        for kind, tensors in (('inputs', network.inputs), ('outputs', network.outputs))
    }
    torch.jit.save(torch.jit.freeze(module), str(path), _extra_files={'mmdeploy.json': json.dumps(described)})
    return dict(model=path, trusted=True)


class _OpModule(torch.nn.Module):
    """Calls a custom operator."""

    def __init__(self, case):
        super().__init__()
        kind = case.op.partition('::')[2]
        self.call = getattr(torch.ops.mmdeploy, kind)
        self.attributes = case.attributes
        inputs = case.declaration['inputs']
        self.fixed = len(inputs) - inputs[-1]['variadic']
        self.variadic = inputs[-1]['variadic']
        self.present = [x is not None for x in case.inputs]
        self.present += [False] * (self.fixed - len(self.present))

    def forward(self, *tensors):
        given = iter(tensors)
        arguments = [next(given) if present else None for present in self.present]
        if self.variadic:
            arguments = [*arguments[:self.fixed], arguments[self.fixed:]]
        return self.call(*arguments, **self.attributes)


def op_hole(case) -> str | None:
    """Return what of an operator's case TorchScript can't do."""
    return None if case.op.startswith('mmdeploy::') else 'knows the operators of domain mmdeploy only'


def write_op(network, folder: Path) -> dict:
    path = folder / f'{network.name}.pt'
    torch.ops.load_library(str(ROOT / 'build' / 'lib' / 'libmmdeploy_torchscript_ops.so'))
    tensors = tuple(torch.from_numpy(x) for x in network.named_inputs.values())
    with torch.no_grad():
        module = torch.jit.trace(_OpModule(network.case).eval(), tensors)
    described = dict(
        inputs=[dict(name=k, dtype=str(x.dtype), shape=list(x.shape)) for k, x in network.named_inputs.items()],
        outputs=[dict(name=name, dtype=str(y.dtype), shape=[-1] * y.ndim)
                 for name, y in zip(network.output_names, network.case.expected, strict=True)])
    torch.jit.save(torch.jit.freeze(module), str(path), _extra_files={'mmdeploy.json': json.dumps(described)})
    return dict(model=path, trusted=True)
