"""Damaged models: the optimiser answers or refuses, and what it answers computes the same.

`MMDEPLOY_MUTATIONS` is the number of models, 200 by default.
"""
import copy
import os
import random
from collections.abc import Iterator

import numpy as np
import onnx
import onnxruntime
import pytest

from mmdeploy import graph
from tests.graph import models

MUTATIONS = int(os.environ.get('MMDEPLOY_MUTATIONS', 200))
SEEDS = ('scaled_convs-11', 'shape_arithmetic-17', 'select_assign', 'branches', 'steps', 'transformer-20')
OPERATORS = ('Add', 'AveragePool', 'Cast', 'Clip', 'Concat', 'Div', 'Expand', 'Flatten', 'Gather', 'HardSigmoid',
             'Identity', 'Max', 'Mul', 'Pad', 'Pow', 'Relu', 'Reshape', 'Shape', 'Slice', 'Split', 'Squeeze', 'Sub',
             'Sum', 'Tile', 'Transpose', 'Unsqueeze')
NUMBERS = (-2**63, -1, 0, 1, 2, 5, 100, 2**40, 2**63 - 1)
OPSETS = (1, 6, 9, 11, 12, 13, 14, 15, 17, 18, 20)


def _graphs(graph_proto: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph_proto
    for node in graph_proto.node:
        for attribute in node.attribute:
            if attribute.HasField('g'):
                yield from _graphs(attribute.g)


def _change_attribute(node: onnx.NodeProto, choice: random.Random) -> None:
    attribute = choice.choice(node.attribute)
    if attribute.ints:
        attribute.ints[choice.randrange(len(attribute.ints))] = choice.choice(NUMBERS)
    elif attribute.HasField('i'):
        attribute.i = choice.choice(NUMBERS)
    elif attribute.t.data_type == onnx.TensorProto.INT64:
        numbers = onnx.numpy_helper.to_array(attribute.t).copy().reshape(-1)
        if numbers.size:
            numbers[choice.randrange(numbers.size)] = choice.choice(NUMBERS)
        attribute.t.CopyFrom(onnx.numpy_helper.from_array(numbers))


def mutate(model: onnx.ModelProto, choice: random.Random) -> None:
    """Damage a model in one place."""
    graph_proto = choice.choice(list(_graphs(model.graph)))
    if not graph_proto.node:
        return
    node = choice.choice(graph_proto.node)
    values = [name for other in graph_proto.node for name in other.output]
    kind = choice.randrange(8)
    if kind == 0:
        node.op_type = choice.choice(OPERATORS)
    elif kind == 1 and node.input:
        node.input[choice.randrange(len(node.input))] = choice.choice([*values, ''])
    elif kind == 2 and node.input:
        del node.input[-1]
    elif kind == 3:
        node.input.append(choice.choice(values))
    elif kind == 4 and node.attribute:
        del node.attribute[choice.randrange(len(node.attribute))]
    elif kind == 5 and node.attribute:
        _change_attribute(node, choice)
    elif kind == 6 and graph_proto.initializer:
        tensor = choice.choice(graph_proto.initializer)
        if tensor.dims:
            tensor.dims[choice.randrange(len(tensor.dims))] = choice.choice((0, 1, 2, 7))
    elif kind == 7:
        model.opset_import[0].version = choice.choice(OPSETS)


def _session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(content, options)


def _run(content: bytes, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
    session = _session(content)
    names = [value.name for value in session.get_inputs()]
    return session.run(None, {name: value for name, value in feed.items() if name in names})


@pytest.fixture(scope='module')
def seeds(tmp_path_factory) -> list[tuple[onnx.ModelProto, dict[str, np.ndarray]]]:
    """The models to damage, with inputs."""
    folder = tmp_path_factory.mktemp('seeds')
    result = []
    for name in SEEDS:
        models.export(models.QUICK[name], str(folder / 'model.onnx'))
        result.append((onnx.load(folder / 'model.onnx'), models.feeds(models.QUICK[name])[0]))
    return result


def test_same_outputs(seeds):
    compared = 0
    for seed in range(MUTATIONS):
        choice = random.Random(seed)
        original, feed = choice.choice(seeds)
        model = copy.deepcopy(original)
        for _ in range(choice.randint(1, 3)):
            mutate(model, choice)
        content = model.SerializeToString()
        try:
            optimized = graph.load(content)
            optimized.optimize()
        except (RuntimeError, ValueError):
            continue
        try:
            want = _run(content, feed)
        except Exception:  # what the engine refuses needs no answer
            continue
        got = _run(optimized.to_bytes(), feed)
        compared += 1
        for before, after in zip(want, got, strict=True):
            scale = np.abs(np.nan_to_num(before)).max() if before.size else 0.0
            assert (after.shape, after.dtype) == (before.shape, before.dtype), f'seed {seed}'
            np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-5 * scale, err_msg=f'seed {seed}')
    assert compared >= MUTATIONS / 10
