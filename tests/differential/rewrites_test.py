"""Some draws of each rewrite of PyTorch's functions; `python -m tests.differential.rewrites` draws on."""

import pytest
import torch
from torch.nn import functional as F

from tests.differential.rewrites import REWRITES, Case, check, run

DRAWS = 30


@pytest.mark.parametrize('name', sorted(REWRITES))
def test_rewrites_are_right_or_refuse(name):
    outcomes = [run(name, seed) for seed in range(DRAWS)]
    wrong = [f'{name} {seed}: {why}' for seed, (outcome, why) in enumerate(outcomes) if outcome == 'wrong']
    assert not wrong, '\n'.join(wrong[:5])
    assert sum(outcome == 'right' for outcome, _ in outcomes) >= 5, outcomes


def test_findings_are_seen():
    """A function that gives other numbers once it is traced is one."""

    def function(x):
        return F.relu(x) if torch.onnx.is_in_onnx_export() else x

    assert check(Case(function, (-torch.ones(2),)))[0] == 'wrong'
