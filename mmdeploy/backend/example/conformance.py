"""How the conformance tests write networks for the example engine, and what it can't do."""
import json
from pathlib import Path

HOLES = {
    'element_types[float16]': 'calculates in float32 only',
    'element_types[float64]': 'calculates in float32 only',
    'element_types[*int*]': 'calculates in float32 only',
    'element_types[bool]': 'calculates in float32 only',
    'large_integers*': 'calculates in float32 only',
    'convolution': 'has no convolution',
    'children_made_by_fork[*': 'has no convolution',
    'inputs_are_read_only[convolved*': 'has no convolution',
    'inputs_that_meet': 'has no operation with two inputs',
    'failing_callers_do_not_disturb_others': 'has no operation that fails for a shape',
    'errors_of_the_engine_name_the_inputs': 'has no operation that fails for a shape',
}


def _op(op):
    made = dict(op=op.kind, input=op.inputs[0], output=op.output)
    if op.kind == 'linear':
        made.update(weights=op.weight.tolist(), bias=op.bias.tolist())
    return made


def write(network, folder: Path) -> dict:
    path = folder / f'{network.name}.json'
    path.write_text(
        json.dumps(
            dict(
                inputs=[dict(name=t.name, shape=t.shape) for t in network.inputs],
                outputs=[dict(name=t.name, shape=t.shape) for t in network.outputs],
                ops=[_op(op) for op in network.ops])))
    return dict(model=path)
