"""How the conformance tests write networks for ncnn, and what it can't do."""
from pathlib import Path

import mmdeploy_python

_BATCH = 'blobs have no batch axis: a network whose batch is fixed to another number than 1 is not converted'
_TYPES = 'calculates in float32 only'
HOLES = {
    'element_types[float16]': _TYPES,
    'element_types[float64]': _TYPES,
    'element_types[*int*]': _TYPES,
    'element_types[bool]': _TYPES,
    'large_integers[*]': _TYPES,
    'static_shape': _BATCH,
    'names_types_and_shapes_are_known_before_a_run': _BATCH,
    'several_inputs_and_outputs': 'all inputs have the same batch; net_test.cpp tests several inputs',
    'errors_of_the_engine_name_the_inputs': 'its network has no batch; net_test.cpp tests the same',
    'failing_callers_do_not_disturb_others': 'its network has no batch; net_test.cpp tests the same',
}


def write(network, folder: Path) -> dict:
    param, weights = mmdeploy_python.convert('ncnn', network.onnx(), folder / network.name)
    return dict(model=Path(param), weights=Path(weights))


def op_hole(case) -> str | None:
    """Return what of an operator's case ncnn can't do."""
    if any(x is not None and x.size == 0 for x in case.inputs) or any(y.size == 0 for y in case.expected):
        return 'has no empty blobs'
    if case.op in ('mmdeploy::NMSRotated', 'mmdeploy::NMSMatch'):
        return 'the size of the result depends on the data'
    inputs = case.declaration['inputs']
    batched = [x for x, declared in zip(case.inputs, inputs, strict=False) if declared['batched'] and x is not None]
    if any(len(x) != 1 for x in batched):
        return 'takes one image at a time'
    if not batched:
        return 'a network of constants only has no inputs'
    return None


def write_op(network, folder: Path) -> dict:
    param, weights = mmdeploy_python.convert('ncnn', network.onnx(constant_inputs=True), folder / network.name)
    return dict(model=Path(param), weights=Path(weights))
