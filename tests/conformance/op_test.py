"""Custom operators: the plain code, the fast code and every engine give what torch or mmcv give."""
import threading
from dataclasses import replace

import numpy as np
import pytest
from mmdeploy_python import Net

from mmdeploy import op
from tests.conformance import engines
from tests.conformance.op_cases import Case, OpNetwork, all_cases

CASES = {case.id: case for case in all_cases()}
ENGINES = [name for name in engines.built() if hasattr(engines.load(name), 'write_op')]


@pytest.fixture(params=CASES)
def case(request) -> Case:
    return CASES[request.param]


def test_every_operator_has_cases():
    covered = {name for case in CASES.values() for name in case.declaration['names']}
    assert {name for one in op.declarations() for name in one['names']} == covered


@pytest.mark.parametrize('reference', [True, False], ids=['reference', 'fast'])
def test_operators_alone(case, reference):
    found = op.run(case.op, case.inputs, reference=reference, **case.attributes)
    case.check(found[:len(case.expected)])  # the others are optional


@pytest.mark.parametrize('engine', ENGINES)
def test_operators_in_engines(case, engine, request, tmp_path):
    module = engines.load(engine)
    reason = engines.find_hole(module, f'op[{case.id}]') or (
        module.op_hole(case) if hasattr(module, 'op_hole') else None)
    if reason is not None:
        request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    network = OpNetwork(case)
    arguments = module.write_op(network, tmp_path)
    net = Net(backend=engine, num_threads=2, **arguments)
    feed = {info.name: network.named_inputs[info.name] for info in net.inputs}
    found = net.run(feed)
    case.check([_as(found[name], want) for name, want in zip(network.output_names, case.expected, strict=True)])


def _run(engine: str, case: Case, folder) -> dict[str, np.ndarray]:
    network = OpNetwork(case)
    net = Net(backend=engine, **engines.load(engine).write_op(network, folder))
    return net.run({info.name: network.named_inputs[info.name] for info in net.inputs})


@pytest.mark.parametrize('engine', ENGINES)
@pytest.mark.parametrize('attributes, message', [
    (dict(padding_mode=3), "'padding_mode' is 3, allowed: 0 to 2"),
    (dict(interpolation_mode=-1), "'interpolation_mode' is -1, allowed: 0 to 2"),
])
def test_wrong_attributes_name_the_operator(engine, attributes, message, tmp_path):
    case = CASES['grid_sampler-bilinear_zeros_half']
    wrong = replace(case, attributes={**case.attributes, **attributes})
    with pytest.raises(RuntimeError, match=f"operator 'mmdeploy::grid_sampler': attribute {message}"):
        _run(engine, wrong, tmp_path)


@pytest.mark.parametrize('engine', ENGINES)
@pytest.mark.parametrize('places, message', [
    ((1, 4, 4, 3), 'input 1 has shape 1x4x4x3, expected 2 for dimension 3'),
    ((1, 4, 4, 2, 1), 'input .*dimensions|expected'),
])
def test_wrong_shapes_name_the_operator(engine, places, message, tmp_path):
    case = CASES['grid_sampler-bilinear_zeros_half']
    wrong = replace(case, inputs=[case.inputs[0], np.zeros(places, 'f4')])
    with pytest.raises(RuntimeError, match=f"operator 'mmdeploy::grid_sampler': {message}"):
        _run(engine, wrong, tmp_path)


@pytest.mark.parametrize('engine', ENGINES)
@pytest.mark.parametrize('num_threads', [1, 2])
def test_concurrent_calls_are_bit_equal_to_one(engine, num_threads, tmp_path):
    network = OpNetwork(CASES['MMCVModulatedDeformConv2d-plain'])
    net = Net(backend=engine, num_threads=num_threads, **engines.load(engine).write_op(network, tmp_path))
    feed = {info.name: network.named_inputs[info.name] for info in net.inputs}
    expected = net.run(feed)['y0']
    wrong = []

    def call() -> None:
        for _ in range(30):
            if not np.array_equal(net.run(feed)['y0'], expected):
                wrong.append(True)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def _as(found: np.ndarray, want: np.ndarray) -> np.ndarray:
    """An output as the operator has it: without the batch that ncnn needs, integers as such."""
    if found.ndim == want.ndim + 1:
        found = found[0]
    return found.astype(want.dtype) if want.dtype.kind in 'iu' else found
