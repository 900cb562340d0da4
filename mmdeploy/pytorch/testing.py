"""What the tests of rewrites share."""
from collections.abc import Callable, Sequence

import numpy as np
import onnx
import onnxruntime
import torch

from mmdeploy.core import RewriterContext, attribute_to_dict
from mmdeploy.utils.validate import export_graph


def op_types(model: onnx.ModelProto) -> list[str]:
    """Return the nodes of a model as `type`, or `domain::type` for custom ones."""
    return [f'{node.domain}::{node.op_type}' if node.domain else node.op_type for node in model.graph.node]


def find_node(model: onnx.ModelProto, op_type: str) -> tuple[onnx.NodeProto, dict]:
    """Return the only node of a type (see `op_types`) and its attributes."""
    nodes = [node for node, name in zip(model.graph.node, op_types(model), strict=True) if name == op_type]
    assert len(nodes) == 1, f'{len(nodes)} nodes {op_type} in {op_types(model)}'
    return nodes[0], attribute_to_dict(nodes[0].attribute)


def run_onnx(model: onnx.ModelProto, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Run a model in ONNX Runtime."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=['CPUExecutionProvider'])
    named = {value.name: x.numpy() for value, x in zip(session.get_inputs(), inputs, strict=True)}
    return [torch.from_numpy(np.asarray(out)) for out in session.run(None, named)]


def assert_same(function: Callable, inputs: Sequence[torch.Tensor], backend: str = 'default', cfg: dict | None = None,
                **kwargs) -> onnx.ModelProto:
    """Compare a function with itself under the rewrites of an engine, and with its export in ONNX Runtime.

    Args:
        function: makes a tensor of `inputs`.
        inputs: tensors.
        backend, cfg, kwargs: see `export_graph`.

    Returns:
        The exported model.
    """
    expected = function(*inputs)
    with RewriterContext(cfg or {}, backend):
        torch.testing.assert_close(function(*inputs), expected)
    model = export_graph(function, inputs, backend, cfg, **kwargs)
    torch.testing.assert_close(run_onnx(model, inputs)[0], expected, rtol=1e-4, atol=1e-5)
    return model
