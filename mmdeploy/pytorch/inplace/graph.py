"""What the pass asks of PyTorch's graphs."""
from collections.abc import Sequence
from typing import Any

import torch
from torch._C import Graph, Node, Value


def has_schema(kind: str, arguments: Sequence[str]) -> bool:
    """Tell whether an operator exists that takes arguments of these names."""
    return any([argument.name for argument in schema.arguments] == list(arguments)
               for schema in torch._C._jit_get_schemas_for_operator(kind))


def schema_of(node: Node) -> Any:
    """Return the schema of a node of ATen, None for others."""
    if not node.kind().startswith('aten::'):
        return None
    text = node.schema()
    for schema in torch._C._jit_get_schemas_for_operator(node.kind()):
        if str(schema) == text:
            return schema
    return None


def argument(node: Node, name: str) -> Value:
    """Return the input that a schema calls by a name."""
    names = [argument.name for argument in schema_of(node).arguments]
    return node.inputsAt(names.index(name))


def is_tensor(value: Value) -> bool:
    """Tell whether a value is a tensor, not a number or a list."""
    return isinstance(value.type(), torch._C.TensorType)


def sizes_of(value: Value) -> list[int] | None:
    """Return the traced sizes; None when they are not known."""
    return value.type().sizes() if is_tensor(value) else None


def scalar_type_of(value: Value) -> str | None:
    """Return the element type, as PyTorch's graphs spell it."""
    return value.type().scalarType() if is_tensor(value) else None


def is_contiguous(value: Value) -> bool:
    """Tell whether the traced tensor was contiguous."""
    sizes, strides = sizes_of(value), value.type().strides()
    return sizes is not None and strides is not None and torch.empty_strided(sizes, strides).is_contiguous()


def is_viewable(value: Value, sizes: Sequence[int]) -> bool:
    """Tell whether a reshaping to `sizes` shares the memory of the traced tensor."""
    own, strides = sizes_of(value), value.type().strides()
    if own is None or strides is None:
        return True
    try:
        torch.empty_strided(own, strides).view(list(sizes))
    except RuntimeError:
        return False
    return True


class Emitter:
    """Adds nodes in front of a node.

    Args:
        graph: is changed.
        before: new nodes come in front of it, and get its scope and place in the source.
    """

    def __init__(self, graph: Graph, before: Node):
        self.graph = graph
        self.before = before

    def constant(self, value: Any) -> Value:
        """Return a constant."""
        self.graph.setInsertPoint(self.before)
        return self.graph.insertConstant(value)

    def emit(self, kind: str, inputs: Sequence[Any], like: Value) -> Value:
        """Return the output of a new node.

        Args:
            kind: operator.
            inputs: values, or what becomes constants.
            like: has the type of the output.
        """
        values = [item if isinstance(item, Value) else self.constant(item) for item in inputs]
        node = self.graph.create(kind, values, 1)
        self._insert(node)
        node.output().setType(like.type())
        return node.output()

    def clone(self, node: Node, first: Value) -> Node:
        """Return a copy of a node with another first input."""
        copy = self.graph.createClone(node, lambda value: value)
        copy.replaceInput(0, first)
        self._insert(copy)
        return copy

    def _insert(self, node: Node) -> None:
        node.insertBefore(self.before)
        node.copyMetadata(self.before)
