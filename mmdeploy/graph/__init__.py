"""ONNX graphs: read, show, check, cut, optimise. The work is done in C++.

    model = load('model.onnx')
    model.infer()
    model.optimize()
    model.save('smaller.onnx')
"""
import json
import os
from typing import Any

import onnx

from mmdeploy.backend.base.native import import_native


def load(model: str | os.PathLike | bytes | onnx.ModelProto) -> Any:
    """Read a model.

    Args:
        model: path of a file, its content, or a message; a message is copied.

    Returns:
        `mmdeploy_graph.Model`, with these methods:

        - `infer()`: fill in the types of all values.
        - `bind_shape(input, dims)`: fix the shape of an input.
        - `optimize(only=[], skip=[])`: run passes, returns pairs of pass and number of changes.
        - `convert_to_half()`: calculate in float16, keep float32 inputs and outputs; after `infer()`. Returns the
          number of nodes that do.
        - `extract(inputs, outputs)`: cut; both are pairs of a value and its new name ('' keeps it). Returns the
          inputs that the outputs do not need.
        - `set_outputs(outputs, keep=False)`: choose outputs.
        - `marks()`, `find_marks(marker, after)`, `remove_marks()`.
        - `problems()`: what is wrong, one line each.
        - `text(max_elements=8, value_types=False)`, `table()`, `svg()`.
        - `save(path, external_data=False)`, `to_bytes()`.

    Raises:
        FileNotFoundError: the file, or one of its weights, does not exist.
        RuntimeError: it is no ONNX model, or damaged.
        ValueError: a limit is exceeded, or a path leads out of the model's folder.
    """
    native = import_native('mmdeploy_graph')
    if isinstance(model, onnx.ModelProto):
        return native.Model.parse(model.SerializeToString())
    if isinstance(model, bytes):
        return native.Model.parse(model)
    return native.Model.load(os.fspath(model))


def to_onnx(model: Any) -> onnx.ModelProto:
    """Return a model as a message."""
    return onnx.load_from_string(model.to_bytes())


def stats(model: Any) -> dict:
    """Count nodes, parameters, multiplications and memory; see `mmdeploy/graph/stats.h`."""
    return json.loads(model.stats())


def diff(before: Any, after: Any) -> dict:
    """Compare what two models compute; see `mmdeploy/graph/diff.h`."""
    return json.loads(before.diff(after))


def passes() -> list[tuple[str, str]]:
    """Return the names of all passes with what they do."""
    return import_native('mmdeploy_graph').passes()
