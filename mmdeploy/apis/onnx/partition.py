"""Cuts an ONNX model at its marks."""
import os
from collections.abc import Iterable

import onnx

from mmdeploy.core import get_new_name
from mmdeploy.core.optimizers.optimize import free_name
from mmdeploy.graph import load, to_onnx

from ..core import PIPELINE_MANAGER

Markers = str | Iterable[str]


def _find_cuts(graph, markers: Markers, end: bool,
               name_map: dict[str, str] | None) -> list[tuple[str, str]]:
    """Return the values at some marks, with their new names.

    Args:
        graph: model of `mmdeploy.graph`.
        end: take what the marks return, instead of what they get.
        name_map: new names. Those that it does not name stay apart: `img` of a second call becomes `img_1`.
    """
    given = set((name_map or {}).values())
    cuts, taken = [], set()
    for marker in [markers] if isinstance(markers, str) else markers:
        for value, name in graph.find_marks(marker, end):
            new_name = get_new_name(dict(name=name), marker, name_map)
            if new_name not in given:
                new_name = free_name(new_name, taken)
            taken.add(new_name)
            cuts.append((value, new_name))
    return cuts


def _tidy(part: onnx.ModelProto, unused: list[str]) -> None:
    """Remove what the cut left over."""
    graph = part.graph
    for value in [v for v in graph.input if v.name in unused]:
        graph.input.remove(value)
    for value in graph.output:
        if not value.type.tensor_type.HasField('shape'):
            value.type.tensor_type.shape.SetInParent()
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and dims[0].HasField('dim_value') and not dims[0].dim_value:
            dims[0].dim_value = 1
    inputs = {value.name for value in graph.input}
    kept = [v for v in graph.value_info if v.name not in inputs]
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
    # Shapes in between are those of the model that was traced.
    del part.graph.value_info[:]


def cut_partition(
        model: str | onnx.ModelProto,
        start_marker: Markers,
        end_marker: Markers,
        start_name_map: dict[str, str] | None = None,
        end_name_map: dict[str, str] | None = None,
        dynamic_axes: dict[str, dict[int, str]] | None = None,
        save_file: str | None = None) -> onnx.ModelProto:
    """See `extract_partition`."""
    graph = load(model)
    inputs = _find_cuts(graph, start_marker, False, start_name_map)
    outputs = _find_cuts(graph, end_marker, True, end_name_map)
    redundant = graph.extract(inputs, outputs)
    graph.remove_marks()
    part = to_onnx(graph)
    names = dict(inputs)
    _tidy(part, [names[value] for value in redundant])
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
