"""Cuts an ONNX model at its marks."""
import copy
import os
from collections.abc import Iterable

import onnx
import onnx.helper

from mmdeploy.core import (
    attribute_to_dict,
    create_extractor,
    get_new_name,
    parse_extractor_io_string,
    remove_identity,
    rename_value,
)
from mmdeploy.core.optimizers.optimize import is_identity

from ..core import PIPELINE_MANAGER

Markers = str | Iterable[str]


def _find_marks(model: onnx.ModelProto,
                marker: str) -> list[tuple[onnx.NodeProto, dict]]:
    """Return the marks that a marker names, with their attributes.

    Raises:
        ValueError: there is none.
    """
    func, func_id, io_type = parse_extractor_io_string(marker)
    available, found = set(), []
    for node in model.graph.node:
        if node.op_type != 'Mark':
            continue
        attrs = attribute_to_dict(node.attribute)
        key = (attrs['func'], attrs['func_id'], attrs['type'])
        available.add(f'{key[0]}[{key[1]}]:{key[2]}')
        if key == (func, func_id, io_type):
            found.append((node, attrs))
    if not found:
        raise ValueError(f'the model has no mark {marker!r}, available: '
                         f'{", ".join(sorted(available)) or "none"}')
    return found


def _select(model: onnx.ModelProto, markers: Markers, end: bool,
            name_map: dict[str, str] | None) -> list[str]:
    """Rename the values at some marks.

    Args:
        end: take what the marks return, instead of what they get.

    Returns:
        The new names, in the order of the markers, then of the nodes.
    """
    names = []
    for marker in [markers] if isinstance(markers, str) else markers:
        for node, attrs in _find_marks(model, marker):
            name = get_new_name(attrs, marker, name_map)
            old_name = node.output[0] if end else node.input[0]
            rename_value(model, old_name, name)
            known = [v.name for v in [*model.graph.value_info,
                                      *model.graph.input,
                                      *model.graph.output]]
            if name not in known:
                model.graph.value_info.append(
                    onnx.helper.make_tensor_value_info(
                        name, attrs['dtype'], attrs['shape']))
            names.append(name)
    return names


def _replace_marks(model: onnx.ModelProto) -> None:
    """Turn all marks into `Identity`."""
    for node in model.graph.node:
        if node.op_type == 'Mark':
            del node.attribute[:]
            node.domain = ''
            node.op_type = 'Identity'


def _tidy(part: onnx.ModelProto, keep_value_info: bool) -> None:
    """Remove what the cut left over."""
    graph = part.graph
    used = {name for node in graph.node for name in node.input}
    used.update(output.name for output in graph.output)
    for value in [v for v in graph.input if v.name not in used]:
        graph.input.remove(value)
    for value in graph.output:
        if not value.type.tensor_type.HasField('shape'):
            value.type.tensor_type.shape.SetInParent()
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and dims[0].HasField('dim_value') and not dims[0].dim_value:
            dims[0].dim_value = 1
    inputs = {value.name for value in graph.input}
    kept = [
        v for v in graph.value_info if keep_value_info and v.name not in inputs
    ]
    del graph.value_info[:]
    graph.value_info.extend(kept)


def _set_dynamic_axes(part: onnx.ModelProto,
                      dynamic_axes: dict[str, dict[int, str]]) -> None:
    """Make axes of inputs dynamic, and all axes of outputs."""
    for value in part.graph.input:
        for axis, name in dynamic_axes.get(value.name, {}).items():
            value.type.tensor_type.shape.dim[axis].dim_param = name
    for value in part.graph.output:
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            dim.dim_param = f'dim_{axis}'


def cut_partition(
        model: str | onnx.ModelProto,
        start_marker: Markers,
        end_marker: Markers,
        start_name_map: dict[str, str] | None = None,
        end_name_map: dict[str, str] | None = None,
        dynamic_axes: dict[str, dict[int, str]] | None = None,
        save_file: str | None = None) -> onnx.ModelProto:
    """See `extract_partition`."""
    model = onnx.load(model) if isinstance(model, str) else (
        copy.deepcopy(model))
    keep_value_info = len(model.graph.value_info) > 0
    inputs = _select(model, start_marker, False, start_name_map)
    outputs = _select(model, end_marker, True, end_name_map)
    _replace_marks(model)
    part = create_extractor(model).extract_model(inputs, outputs)
    remove_identity(part)
    assert not any(
        is_identity(node) and node.input[0] in outputs
        for node in part.graph.node), 'two marks name the same output value'
    _tidy(part, keep_value_info)
    if dynamic_axes is not None:
        _set_dynamic_axes(part, dynamic_axes)
    if save_file is not None:
        temporary = f'{save_file}.part'
        onnx.save(part, temporary)
        os.replace(temporary, save_file)
    return part


@PIPELINE_MANAGER.register_pipeline()
def extract_partition(
        model: str | onnx.ModelProto,
        start_marker: Markers,
        end_marker: Markers,
        start_name_map: dict[str, str] | None = None,
        end_name_map: dict[str, str] | None = None,
        dynamic_axes: dict[str, dict[int, str]] | None = None,
        save_file: str | None = None) -> onnx.ModelProto:
    """Cut a model at its marks.

    Args:
        model: path or model with marks; not modified.
        start_marker: where the part begins, one or several of `func:input`,
            `func:output`, or `func[id]:...` for the id-th call.
        end_marker: where it ends.
        start_name_map, end_name_map: new names, by the name of a mark or by
            `marker:name`.
        dynamic_axes: dynamic axes of the part's inputs; with it all axes of
            the outputs become dynamic.
        save_file: write the part there.

    Raises:
        ValueError: a mark does not exist; the message lists those that do.
    """
    return cut_partition(model, start_marker, end_marker, start_name_map,
                         end_name_map, dynamic_axes, save_file)
