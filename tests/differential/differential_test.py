"""Some draws of each operator for ncnn; `python -m tests.differential --engine NAME` draws for others."""

import os
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onnx
import pytest

from mmdeploy.backend.base.native import get_engine_version
from tests.differential import check
from tests.differential.run import OPERATORS, Report, draw_isolated

DRAWS = int(os.environ.get('MMDEPLOY_DRAWS', '200'))
PROCESSES = 2
# ncnn has no layer for these: every draw is refused.
NOT_CONVERTED = {'LpPool'}
# Its converter gives a reason for refusing every node.
REFUSED = {'NonMaxSuppression', 'Range', 'ScatterND'}
CONVERTER_TEST = Path(__file__).resolve().parents[2] / 'build' / 'bin' / 'ncnn_convert_test'


def _draw(engine: str, operators: list[str]) -> list[Report]:
    return list(draw_isolated(engine, [(operator, range(DRAWS)) for operator in operators]))


@pytest.fixture(scope='module')
def ncnn_reports() -> dict[str, list[Report]]:
    if not get_engine_version('ncnn'):
        pytest.skip('ncnn is not built')
    parts = [sorted(OPERATORS)[i::PROCESSES] for i in range(PROCESSES)]
    reports: dict[str, list[Report]] = {operator: [] for operator in OPERATORS}
    with ThreadPoolExecutor(PROCESSES) as pool:
        for part in pool.map(lambda operators: _draw('ncnn', operators), parts):
            for report in part:
                reports[report.operator].append(report)
    return reports


@pytest.mark.parametrize('operator', sorted(OPERATORS))
def test_ncnn_is_right_or_refuses(operator, ncnn_reports):
    findings = [
        f'{finding.operator} --case {finding.seed}: {finding.result}: {finding.text}'
        for report in ncnn_reports[operator]
        for finding in report.findings
    ]
    assert not findings, '\n'.join(findings[:5])
    counts = sum((Counter(report.counts) for report in ncnn_reports[operator]), Counter())
    assert sum(counts.values()) == DRAWS
    # An operator that refuses everything would pass, too.
    if operator in NOT_CONVERTED:
        assert counts['right'] == 0
    else:
        assert counts['right'] >= DRAWS // 25, counts


@pytest.mark.skipif(not CONVERTER_TEST.exists(), reason='ncnn_convert_test is not built')
def test_every_converter_of_ncnn_has_a_generator():
    """Of ONNX's operators; others are made by fusions or by mmdeploy, and drawn with what they stand for."""
    command = [CONVERTER_TEST, '--gtest_list_tests', '--gtest_filter=*NcnnConverterTest*']
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    operators = {line.split('/')[1].split()[0] for line in listed.splitlines() if line.startswith('  ')}
    assert len(operators) > 100 and 'Conv' in operators, listed
    missing = {op for op in operators if onnx.defs.has(op)} - set(OPERATORS) - REFUSED
    assert not missing, f'operators without a generator in tests/differential: {sorted(missing)}'


def test_findings_are_seen():
    """A comparison that takes everything for right would be no test."""
    import numpy as np

    ones = np.ones((1, 3), np.float32)
    assert not check.differs('y', ones, ones)
    assert 'expected' in check.differs('y', ones, ones * 1.01)
    assert 'shape' in check.differs('y', ones, np.ones((3, 1), np.float32))
