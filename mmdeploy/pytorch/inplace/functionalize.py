"""Turns writes to tensors into new tensors.

PyTorch's exporter follows a write from a slice to the tensor that was sliced, but not through other views, and views
that were made before keep what they showed then: the write is lost without a word. Here each tensor knows its views.
A write makes a new view, from it a new base, and whoever reads the base or another view of it later reads the new one.
"""
from dataclasses import dataclass
from typing import Any

import torch
from torch._C import Graph, Node, Value

from mmdeploy.core import FUNCTION_REWRITER

from ..open_axes import has_open_axes
from .graph import Emitter, has_schema, is_tensor, scalar_type_of, schema_of, sizes_of
from .views import Step, split_of, step_of, step_of_piece

# They change what a name stands for, not the numbers.
_METADATA = ('squeeze_', 'unsqueeze_', 't_', 'transpose_', 'swapaxes_', 'swapdims_', 'detach_')

# `x |= y` and the like: what computes it, without the write. (`aten::__and__` and others with such names only read.)
_OPERATORS = {f'aten::__i{name}__': f'aten::__{name}__' for name in ('and', 'or', 'xor', 'lshift', 'rshift')}

_LIST_WRITES = ('aten::append', 'aten::insert', 'aten::extend', 'aten::pop', 'aten::clear', 'aten::_set_item',
                'aten::Delete')


class UnsupportedWriteError(RuntimeError):
    """A write that cannot be told in a graph without writes."""


@dataclass
class _Tensor:
    """A tensor of the traced program, and the value that stands for it now."""
    current: Value
    # Of a view.
    base: '_Tensor | None' = None
    step: Step | None = None
    # `writes` of the root that `current` shows.
    version: int = 0
    # Of a root: how often its memory was written to.
    writes: int = 0
    has_views: bool = False

    @property
    def root(self) -> '_Tensor':
        return self if self.base is None else self.base.root


def _is_write(node: Node) -> bool:
    kind = node.kind()
    if not kind.startswith('aten::') or not kind.endswith('_'):
        return False
    return kind in _OPERATORS if kind.endswith('__') else True


def _writes_elsewhere(node: Node) -> bool:
    """Tell whether a node writes to an argument that is not its first, as `torch.add(x, 1, out=y)` does."""
    schema = schema_of(node)
    return schema is not None and any(
        argument.alias_info is not None and argument.alias_info.is_write for argument in schema.arguments[1:])


class _Pass:
    """Goes through a graph once, from its first node to the last."""

    def __init__(self, graph: Graph):
        self._graph = graph
        # By the number of the value that the program made; several values may mean one tensor. (Names are passed on to
        # copies.)
        self._tensors: dict[int, _Tensor] = {}
        self._replaced: list[Node] = []

    def run(self) -> None:
        nodes = [*self._graph.nodes(), self._graph.return_node()]
        for node, following in zip(nodes, nodes[1:], strict=False):
            first = self._tensor(node.inputsAt(0)) if node.inputsSize() else None
            split = split_of(node)
            whole = self._whole(split, node, first) if split else None
            self._read(node)
            if _writes_elsewhere(node):
                raise UnsupportedWriteError(_explain(node, 'it writes to an argument such as `out`'))
            if _is_write(node):
                self._write(node, first, following)
            elif split:
                for index, value in enumerate(list(node.outputs())):
                    self._add_view(value, whole, step_of_piece(node, split, index))
            elif node.outputsSize() == 1 and first is not None:
                step = step_of(node)
                if step is not None:
                    self._add_view(node.output(), first, step)
        self._read(self._graph.return_node())
        for node in reversed(self._replaced):
            node.destroy()

    def _tensor(self, value: Value) -> _Tensor:
        return self._tensors.setdefault(value.unique(), _Tensor(value))

    def _whole(self, split: Node, node: Node, first: _Tensor) -> _Tensor:
        """Return the tensor that a node hands out in pieces; a node before it may have split it."""
        if split == node:
            return first
        number = split.inputsAt(0).unique()
        for tensor in reversed(self._tensors.values()):
            if tensor.current.unique() == number:
                return tensor
        return self._tensor(split.inputsAt(0))

    def _read(self, node: Node) -> None:
        """Let a node read what its inputs are now."""
        for index, value in enumerate(list(node.inputs())):
            tensor = self._tensors.get(value.unique())
            if tensor is not None:
                node.replaceInput(index, self._current(tensor, node))

    def _current(self, tensor: _Tensor, node: Node) -> Value:
        """Return what stands for a tensor in front of a node."""
        if tensor.version != tensor.root.writes:
            base = self._current(tensor.base, node)
            tensor.current = tensor.step.regenerate(Emitter(self._graph, node), base)
            tensor.version = tensor.root.writes
        return tensor.current

    def _add_view(self, value: Value, base: _Tensor, step: Step) -> None:
        base.root.has_views = True
        self._tensors[value.unique()] = _Tensor(value, base, step, base.root.writes)

    def _write(self, node: Node, tensor: _Tensor, following: Node) -> None:
        kind = node.kind().removeprefix('aten::')
        if kind in _METADATA:
            self._rename(node, tensor, kind.removesuffix('_'))
            return
        new = _new_value(self._graph, node)
        if new is None and tensor.root.has_views:
            raise UnsupportedWriteError(_explain(node, 'the operator has no form that gives a new tensor'))
        self._store(tensor, new or node.output(), node, following)
        self._tensors[node.output().unique()] = tensor
        if new is not None:
            self._replaced.append(node)

    def _store(self, tensor: _Tensor, new: Value, write: Node, following: Node) -> None:
        """Make what a node writes the content of a view, then of its base, and so on, in front of the next node."""
        chain = [(tensor, new)]
        while tensor.base is not None:
            if tensor.step.scatter is None:
                raise UnsupportedWriteError(
                    _explain(write, f'what was written cannot be put back through {tensor.current.node().kind()}'))
            base = self._current(tensor.base, following)
            new = tensor.step.scatter(Emitter(self._graph, following), base, new)
            tensor = tensor.base
            chain.append((tensor, new))
        tensor.writes += 1
        for member, value in chain:
            member.current, member.version = value, tensor.writes

    def _rename(self, node: Node, tensor: _Tensor, kind: str) -> None:
        """`x.unsqueeze_(0)`: from now on the name `x` means a view."""
        view = self._graph.create(f'aten::{kind}', list(node.inputs()), 1)
        view.insertBefore(node)
        view.copyMetadata(node)
        view.output().setType(node.output().type())
        self._add_view(view.output(), tensor, step_of(view))
        self._tensors[node.output().unique()] = self._tensors[view.output().unique()]
        self._replaced.append(node)


def _explain(node: Node, reason: str) -> str:
    place = node.sourceRange().strip().split('\n')[0].strip()
    return (f'cannot export {node.kind()}, which writes to memory that other tensors share ({place or "no source"}): '
            f'{reason}; write to the tensor itself, or compute a new one')


def _as_given(emitter: Emitter, value: Value, rank: int) -> Value:
    """Return what `x[...] = value` has fitted to the sizes of the trace: with open axes, others will come.

    Args:
        emitter: makes constants.
        value: what is written.
        rank: that of the place where it is written.
    """
    node = value.node()
    if not has_open_axes():
        return value
    if node.kind() == 'aten::expand':
        return _as_given(emitter, node.inputsAt(0), rank)
    if node.kind() == 'aten::view':  # leading axes of size 1 are left out
        given, sizes = sizes_of(node.inputsAt(0)), sizes_of(value)
        if given is not None and sizes is not None and len(sizes) < len(given) <= rank:
            if given == [1] * (len(given) - len(sizes)) + sizes:
                return _as_given(emitter, node.inputsAt(0), rank)
    content = value.toIValue() if node.kind() == 'prim::Constant' else None
    if isinstance(content, torch.Tensor) and 0 in content.stride():
        return emitter.constant(content[tuple(slice(0, 1 if stride == 0 else None) for stride in content.stride())])
    return value


def _rank_of_selection(node: Node) -> int:
    """Return the rank of `x[indices]` that an `index_put` writes to."""
    indices = [value for value in node.inputsAt(1).node().inputs() if is_tensor(value)]
    masks = [scalar_type_of(value) in ('Bool', 'Byte') for value in indices]
    ranks = [len(sizes_of(value) or []) for value in indices]
    taken = sum(rank if is_mask else 1 for rank, is_mask in zip(ranks, masks, strict=True))
    given = max((1 if is_mask else rank for rank, is_mask in zip(ranks, masks, strict=True)), default=0)
    return len(sizes_of(node.inputsAt(0)) or []) - taken + given


def _as_content(emitter: Emitter, value: Value, target: Value) -> Value:
    """Return a value with the shape and the element type of what it replaces."""
    value = _as_given(emitter, value, len(sizes_of(target) or []))
    if scalar_type_of(value) != scalar_type_of(target):
        value = emitter.emit('aten::type_as', [value, target], value)
        value.setType(value.type().with_dtype(target.type().dtype()))
    sizes = sizes_of(value)
    # An open axis that is 1 in the trace looks like one that is always 1.
    if sizes is None or sizes != sizes_of(target) or (has_open_axes() and 1 in sizes):
        value = emitter.emit('aten::expand_as', [value, target], target)
    return value


def _filled(emitter: Emitter, number: Value | float, target: Value) -> Value:
    """Return a tensor of one number."""
    if isinstance(number, Value) and not is_tensor(number):
        number = number.toIValue()
    if not isinstance(number, Value):
        number = emitter.constant(torch.tensor(number))
    return _as_content(emitter, number, target)


def _new_value(graph: Graph, node: Node) -> Value | None:
    """Return what a write leaves in the tensor that it names; None for an operator that can only write."""
    emitter, target = Emitter(graph, node), node.inputsAt(0)
    kind = node.kind().removeprefix('aten::')
    if kind == 'copy_':
        return _as_content(emitter, node.inputsAt(1), target)
    if kind in ('fill_', 'zero_'):
        return _filled(emitter, node.inputsAt(1) if kind == 'fill_' else 0, target)
    if kind in ('index_put_', '_index_put_impl_'):
        _, indices, values, accumulate = list(node.inputs())[:4]
        values = _as_given(emitter, values, _rank_of_selection(node))
        return emitter.emit('aten::index_put', [target, indices, values, accumulate], target)
    schema = schema_of(node)
    functional = _OPERATORS.get(node.kind(), node.kind().removesuffix('_'))
    if schema is None or not has_schema(functional, [argument.name for argument in schema.arguments]):
        return None
    return _elementwise(emitter, functional, node, target)


def _elementwise(emitter: Emitter, kind: str, node: Node, target: Value) -> Value:
    """Compute what an operator would have written; the element type is that of the target."""
    new = emitter.emit(kind, list(node.inputs()), target)
    others = [scalar_type_of(value) for value in list(node.inputs())[1:] if is_tensor(value)]
    if any(other != scalar_type_of(target) for other in others):
        new = emitter.emit('aten::type_as', [new, target], target)
    return new


def functionalize(graph: Graph) -> bool:
    """Replace all writes of a traced graph.

    A graph with branches or loops, which only scripts have, is left to PyTorch.

    Returns:
        Whether the graph is free of writes now.

    Raises:
        UnsupportedWriteError: a write to shared memory that has no other form.
    """
    if any(True for node in graph.nodes() for _ in node.blocks()):
        return False
    if any(_is_write(node) or _writes_elsewhere(node) for node in graph.nodes()):
        _Pass(graph).run()
        # It may stand at a node that is gone.
        graph.setInsertPoint(graph.return_node())
        torch._C._jit_pass_dce(graph)
        torch._C._jit_pass_lint(graph)
    return not any(_is_write(node) or node.kind() in _LIST_WRITES for node in graph.nodes())


@FUNCTION_REWRITER.register_rewriter(func_name='torch._C._jit_pass_onnx_remove_inplace_ops_for_onnx')
def remove_inplace_ops__default(ctx, graph: Graph, module: Any) -> None:
    """Turn writes into new tensors; PyTorch gets what is left.

    Its own pass follows the slices behind the target of each `index_put`: it must not see those of `functionalize`.
    """
    if not functionalize(graph):
        ctx.origin_func(graph, module)
