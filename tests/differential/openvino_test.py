"""Some draws and node tests for OpenVINO: right, refused, or a warning names the node."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from mmdeploy.backend.base.native import get_engine_version
from tests.differential import onnx_nodes
from tests.differential.check import GOOD
from tests.differential.run import OPERATORS, Report, draw_together

pytestmark = pytest.mark.skipif(not get_engine_version('openvino'), reason='OpenVINO is not built')
# Of each operator, in a few models: they are compiled, which takes longer than anything else.
DRAWS = int(os.environ.get('MMDEPLOY_DRAWS', '150'))
PROCESSES = 2
# Draws that were wrong once.
FOUND = {
    'Conv': (126, 478),
    'Div': (18,),
    'Expand': (81,),
    'Flatten': (21,),
    'Hardmax': (58, 72),
    'LRN': (1, 24),
    'MaxPool': (33,),
    'Softmax': (32,),
    'Tile': (5,),
}
# Every 50th node test, and those whose operators were wrong once.
NODES = (
    'test_attention_4d_with_past_and_present_qk_matmul_bias_4d_mask_causal',
    'test_bitwise_not_3d',
    'test_cast_FLOAT_to_FLOAT8E5M2',
    'test_dft_axis',
    'test_dynamicquantizelinear',
    'test_lstm_batchwise',
    'test_resize_downsample_sizes_nearest_not_larger',
    'test_tile',
    'test_top_k_same_values_2d',
    'test_unsqueeze_axis_0',
)


def _draw(tasks: list[tuple[str, range]]) -> list[Report]:
    return list(draw_together('openvino', tasks))


@pytest.fixture(scope='module')
def reports() -> dict[str, list[Report]]:
    tasks = [(operator, range(DRAWS)) for operator in sorted(OPERATORS)]
    tasks += [(operator, range(seed, seed + 1)) for operator, seeds in FOUND.items() for seed in seeds]
    found: dict[str, list[Report]] = {operator: [] for operator in OPERATORS}
    with ThreadPoolExecutor(PROCESSES) as pool:
        for part in pool.map(_draw, [tasks[i::PROCESSES] for i in range(PROCESSES)]):
            for report in part:
                found[report.operator].append(report)
    return found


@pytest.mark.parametrize('operator', sorted(OPERATORS))
def test_draws(operator, reports):
    findings = [
        f'{finding.operator} --case {finding.seed}: {finding.result}: {finding.text}'
        for report in reports[operator]
        for finding in report.findings
    ]
    assert not findings, '\n'.join(findings[:5])
    counts = sum((report.counts for report in reports[operator]), Counter())
    assert sum(counts.values()) == DRAWS + len(FOUND.get(operator, ()))
    # An operator that refuses everything would pass, too.
    assert counts['right'] >= DRAWS // 3, counts


def test_node_tests():
    good = {result.value for result in GOOD}
    results = list(onnx_nodes.run_all('openvino', sorted({*onnx_nodes.names()[::50], *NODES})))
    findings = [': '.join(result) for result in results if result[2] not in good]
    assert not findings, '\n'.join(findings[:10])
    assert sum(result[2] == 'right' for result in results) > len(results) / 2
