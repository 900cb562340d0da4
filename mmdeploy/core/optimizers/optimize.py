"""Small edits of ONNX models."""
import itertools
from collections.abc import Callable, Collection
from typing import Any

import onnx
from onnx import AttributeProto, ModelProto, NodeProto

from mmdeploy.utils import get_root_logger


def attribute_to_dict(attr: list[AttributeProto]) -> dict[str, Any]:
    """Return attributes by name; bytes are decoded as UTF-8."""

    def decode(value):
        if isinstance(value, bytes):
            return value.decode('utf-8')
        if isinstance(value, list):
            return [decode(item) for item in value]
        return value

    return {
        a.name: decode(onnx.helper.get_attribute_value(a))
        if a.type != AttributeProto.INTS else list(a.ints)
        for a in attr
    }


def remove_nodes(model: ModelProto,
                 predicate: Callable[[NodeProto], bool]) -> ModelProto:
    """Remove nodes with one input and one output; consumers are rewired.

    Outputs of the graph keep their names, so a node that makes one of them
    must not be removed here.
    """
    graph = model.graph
    while True:
        node = next((n for n in graph.node if predicate(n)), None)
        if node is None:
            return model
        assert len(node.input) == 1 and len(node.output) == 1, (
            f'node {node.name!r} ({node.op_type}) has {len(node.input)} '
            f'inputs and {len(node.output)} outputs, only nodes with one of '
            'each can be removed')
        source, target = node.input[0], node.output[0]
        graph.node.remove(node)
        for consumer in graph.node:
            for i, name in enumerate(consumer.input):
                if name == target:
                    consumer.input[i] = source


def is_unused_mark(marks: list[str]) -> Callable[[NodeProto], bool]:
    """Return a predicate for marks whose `func:type` is not in `marks`."""

    def predicate(node: NodeProto) -> bool:
        if node.op_type != 'Mark':
            return False
        attrs = attribute_to_dict(node.attribute)
        return f'{attrs["func"]}:{attrs["type"]}' not in marks

    return predicate


def is_identity(node: NodeProto) -> bool:
    """Tell whether a node is an `Identity`."""
    return node.op_type == 'Identity'


def get_new_name(attrs: dict[str, Any],
                 mark_name: str = '',
                 name_map: dict[str, str] | None = None) -> str:
    """Return the name that the value of a mark gets.

    Args:
        attrs: attributes of the mark.
        mark_name: the marker, `func[id]:type`, that selected the mark.
        name_map: new names, by name or by `marker:name`.
    """
    if 'name' in attrs:
        new_name = attrs['name']
    else:
        new_name = '_'.join(str(attrs[key]) for key in ('func', 'type', 'id'))
    for key in (new_name, f'{mark_name}:{new_name}'):
        if name_map is not None and key in name_map:
            return name_map[key]
    return new_name


def rename_value(model: ModelProto, old_name: str, new_name: str) -> None:
    """Rename a value wherever the graph mentions it."""
    if old_name == new_name:
        return
    get_root_logger().info(f'rename {old_name} -> {new_name}')
    graph = model.graph
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old_name:
                    names[i] = new_name
    for values in (graph.value_info, graph.input, graph.output,
                   graph.initializer):
        for value in values:
            if value.name == old_name:
                value.name = new_name


def remove_identity(model: ModelProto) -> None:
    """Remove all `Identity` nodes, keeping names of inputs and outputs."""
    graph = model.graph
    inputs = {value.name for value in graph.input}
    outputs = {value.name for value in graph.output}

    def feeds_from_input(node: NodeProto) -> bool:
        return (is_identity(node) and node.input[0] in inputs
                and node.output[0] not in outputs)

    remove_nodes(model, feeds_from_input)

    produced = {name for node in graph.node for name in node.output}
    for node in [n for n in graph.node if is_identity(n)]:
        source, target = node.input[0], node.output[0]
        # An output that repeats an input or another output needs its node.
        if (target in outputs and source in produced
                and source not in outputs):
            graph.node.remove(node)
            rename_value(model, source, target)

    remove_nodes(
        model, lambda n: is_identity(n) and n.output[0] not in outputs)


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name, or the first of `name_1`, `name_2`, ... that is not taken."""
    numbered = (f'{name}_{number}' for number in itertools.count(1))
    return name if name not in taken else next(other for other in numbered if other not in taken)
