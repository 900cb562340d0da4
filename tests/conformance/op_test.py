"""Custom operators: the plain code, the fast code and every engine give what torch or mmcv give."""
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


def _as(found: np.ndarray, want: np.ndarray) -> np.ndarray:
    """An output as the operator has it: without the batch that ncnn needs, integers as such."""
    if found.ndim == want.ndim + 1:
        found = found[0]
    return found.astype(want.dtype) if want.dtype.kind in 'iu' else found
