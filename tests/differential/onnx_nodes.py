"""The operator tests that come with the onnx package, in an engine: right or refused.

    python -m tests.differential.onnx_nodes --engine ncnn [NAME...]

Each test is run as it is; and, as engines whose inputs are float32 with a batch take it, with inputs
of one row that are cast and reshaped inside of the model, all of them or only the first (the others
are constants then).
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.differential.check import GOOD, Result, expected, judge, run, temporary
from tests.differential.isolated import Lost, run_isolated

FOLDER = Path(onnx.__file__).parent / 'backend' / 'test' / 'data' / 'node'
# Outputs are drawn, or the model holds the state of a training.
RANDOM = ('bernoulli', 'training', 'dropout', 'adagrad', 'adam', 'momentum', 'randomuniform')
Arrays = dict[str, np.ndarray]


def names() -> list[str]:
    return sorted(
        path.name
        for path in FOLDER.iterdir()
        if (path / 'model.onnx').exists() and not any(word in path.name for word in RANDOM)
    )


def _arrays(folder: Path, kind: str, values: Sequence[onnx.ValueInfoProto]) -> Arrays | None:
    arrays = {}
    for i, value in enumerate(values):
        path = folder / f'{kind}_{i}.pb'
        if not value.type.HasField('tensor_type') or not path.exists():
            return None
        array = numpy_helper.to_array(onnx.load_tensor(str(path)))
        if array.dtype.kind not in 'fiub':
            return None
        arrays[value.name] = array
    return arrays


def load(name: str) -> tuple[onnx.ModelProto, Arrays, Arrays] | None:
    """The model, its inputs and its outputs; None for what is no tensor of numbers."""
    model = onnx.load(str(FOLDER / name / 'model.onnx'))
    data = FOLDER / name / 'test_data_set_0'
    initializers = {tensor.name for tensor in model.graph.initializer}
    inputs = _arrays(data, 'input', [value for value in model.graph.input if value.name not in initializers])
    outputs = _arrays(data, 'output', model.graph.output)
    return None if inputs is None or outputs is None else (model, inputs, outputs)


def in_rows(
    model: onnx.ModelProto, inputs: Arrays, outputs: Arrays, constants: Sequence[str], direct: bool
) -> tuple[onnx.ModelProto, Arrays, Arrays]:
    """The model with inputs of one row of float32 each, and outputs with a batch of 1.

    Args:
        constants: inputs that become constants.
        direct: whether inputs that have a batch of 1 stay what they are.
    """
    graph, new = model.graph, onnx.ModelProto()
    new.CopyFrom(model)
    del new.graph.input[:], new.graph.output[:], new.graph.node[:]
    opset = next((entry.version for entry in model.opset_import if not entry.domain), 1)
    feeds, before, after, wanted = {}, [], [], {}
    for name, array in inputs.items():
        if name in constants:
            new.graph.initializer.append(numpy_helper.from_array(array, name))
            continue
        plain = direct and array.dtype == np.float32 and array.ndim >= 2 and array.shape[0] == 1
        feeds[f'{name}_row'] = np.asarray(array, np.float32).reshape(array.shape if plain else (1, -1))
        new.graph.input.append(
            helper.make_tensor_value_info(f'{name}_row', TensorProto.FLOAT, feeds[f'{name}_row'].shape)
        )
        new.graph.initializer.append(numpy_helper.from_array(np.array(array.shape, np.int64), f'{name}_shape'))
        before += [
            helper.make_node('Reshape', [f'{name}_row', f'{name}_shape'], [f'{name}_float']),
            helper.make_node('Cast', [f'{name}_float'], [name], to=helper.np_dtype_to_tensor_dtype(array.dtype)),
        ]
    axes = numpy_helper.from_array(np.zeros(1, np.int64), 'batch_axis')
    for name, array in outputs.items():
        after.append(helper.make_node('Cast', [name], [f'{name}_float'], to=TensorProto.FLOAT))
        ending = (
            {'inputs': [f'{name}_float', 'batch_axis']} if opset >= 13 else {'inputs': [f'{name}_float'], 'axes': [0]}
        )
        after.append(helper.make_node('Unsqueeze', outputs=[f'{name}_batch'], **ending))
        new.graph.output.append(helper.make_tensor_value_info(f'{name}_batch', TensorProto.FLOAT, None))
        wanted[f'{name}_batch'] = np.asarray(array, np.float32)[None]
    if opset >= 13:
        new.graph.initializer.append(axes)
    new.graph.node.extend([*before, *graph.node, *after])
    return new, feeds, wanted


def variants(name: str) -> Iterator[tuple[str, onnx.ModelProto, Arrays, Arrays]]:
    loaded = load(name)
    if loaded is None:
        return
    model, inputs, outputs = loaded
    yield 'plain', model, inputs, outputs
    # A size of 0 is copied by Reshape.
    if not all(array.size for array in inputs.values()):
        return
    if not inputs or next((entry.version for entry in model.opset_import if not entry.domain), 1) < 6:
        return
    for direct in (False, True):
        kind = 'direct' if direct else 'rows'
        yield f'{kind}, all computed', *in_rows(model, inputs, outputs, (), direct)
        if len(inputs) > 1:
            yield f'{kind}, the first computed', *in_rows(model, inputs, outputs, list(inputs)[1:], direct)


def check(engine: str, model: onnx.ModelProto, inputs: Arrays, outputs: Arrays, folder: str) -> tuple[Result, str]:
    try:
        found = run(engine, model, inputs, folder)
    except RuntimeError as error:
        text = str(error).replace('\n', ' | ')
        if 'empty' in text and not all(value.size for value in outputs.values()):
            return Result.REFUSED, text  # sizes that are known at run time only
        return (Result.REFUSED if text.startswith('failed to convert') else Result.LATE), text
    except TypeError as error:  # types of inputs that bindings do not have
        return Result.UNKNOWN, str(error)
    result, text = judge(engine, model, outputs, found, folder)
    if result is Result.RIGHT:
        return result, text
    # Rows of float32 do not hold every integer, and not all of ONNX is unambiguous.
    by_onnxruntime = expected(model, inputs)
    return judge(engine, model, by_onnxruntime, found, folder) if by_onnxruntime else (result, text)


def _test(engine: str, name: str) -> Iterator[tuple[str, tuple | None]]:
    with temporary() as folder:
        for kind, model, inputs, outputs in variants(name):
            yield kind, None
            result, text = check(engine, model, inputs, outputs, folder)
            yield kind, (name, kind, result.value, text)


def run_all(engine: str, tests: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    """Name, variant, result and text of each; a test that ends its process 'died'."""
    for found in run_isolated(partial(_test, engine), tests):
        yield (found.task, found.place or 'before it runs', found.fate, '') if isinstance(found, Lost) else found


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m tests.differential.onnx_nodes', description=__doc__)
    parser.add_argument('--engine', default='ncnn')
    parser.add_argument('--all', action='store_true', help='print refusals too')
    parser.add_argument('tests', nargs='*')
    arguments = parser.parse_args()
    results: Counter = Counter()
    good = {result.value for result in GOOD}
    for name, kind, result, text in run_all(arguments.engine, arguments.tests or names()):
        results[result] += 1
        if result not in good or arguments.all:
            print(f'{name} ({kind}): {result}: {text}', flush=True)
    print(f'{arguments.engine}: {dict(results)}')
    return 1 if set(results) - good else 0


if __name__ == '__main__':
    sys.exit(main())
