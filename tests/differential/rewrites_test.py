"""Some draws of each rewrite; `python -m tests.differential.rewrites` draws on."""

import os
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from mmdeploy.backend.base.native import is_native_available
from tests.differential.rewrites.check import check, run
from tests.differential.rewrites.draw import DRAWS, Case
from tests.differential.rewrites.registered import TESTED, labels, missing_test, recorded

COUNT = int(os.environ.get('MMDEPLOY_DRAWS', '30'))


@pytest.mark.skipif(not is_native_available(), reason='the engines are not built')
@pytest.mark.parametrize('name', sorted(DRAWS))
def test_rewrites_are_right_or_refuse(name):
    with recorded() as called:
        outcomes = [run(name, seed) for seed in range(COUNT)]
    wrong = [f'{name} {seed}: {why}' for seed, (outcome, why) in enumerate(outcomes) if outcome == 'wrong']
    assert not wrong, '\n'.join(wrong[:5])
    # One that refuses everything would pass, too.
    assert sum(outcome == 'right' for outcome, _ in outcomes) >= COUNT * DRAWS[name].least_right, outcomes
    assert set(DRAWS[name].rewrites) <= called, 'it does not reach what it is about'


def test_every_rewrite_is_drawn_or_tested():
    drawn = {rewrite for draw in DRAWS.values() for rewrite in draw.rewrites}
    found = drawn | set(TESTED)
    assert not labels() - found, 'add a draw, or name its test in tests/differential/rewrites/registered.py'
    assert not found - labels(), 'there are no such rewrites (any more)'
    assert not drawn & set(TESTED), 'they are drawn: their tests need not be named'
    assert not [where for where in TESTED.values() if missing_test(where)]


def test_missing_tests_are_seen():
    here = Path(__file__).as_posix().rpartition('/tests/')[2]
    assert missing_test(f'tests/{here}::no_such_test') and missing_test('no/such/file.py::test')
    assert not missing_test(f'tests/{here}::test_missing_tests_are_seen')


def test_findings_are_seen():
    """A function that gives other numbers once it is traced is one."""

    def function(x):
        return F.relu(x) if torch.onnx.is_in_onnx_export() else x

    assert check(Case(function, (-torch.ones(2),)))[0] == 'wrong'
