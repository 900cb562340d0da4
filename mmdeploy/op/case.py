"""A case of a custom operator: `mmdeploy/op/<op>/cases.py` defines `cases()`, which yields them.

They hold inputs, attributes, and what another implementation (torch, mmcv, numpy) answers for them.
"""
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mmdeploy import op


@dataclass
class Case:
    """One call of an operator."""
    op: str  # 'mmdeploy::grid_sampler'
    name: str
    inputs: list[np.ndarray | None]
    attributes: dict[str, Any]
    expected: list[np.ndarray]
    tolerance: float = 1e-4  # of the largest number that is expected; integers are equal

    @property
    def id(self) -> str:
        return f'{self.op.partition("::")[2]}-{self.name}'

    @cached_property
    def declaration(self) -> dict:
        return next(one for one in op.declarations() if self.op in one['names'])

    def check(self, found: list[np.ndarray]) -> None:
        assert len(found) == len(self.expected)
        for want, got in zip(self.expected, found, strict=True):
            assert got.shape == want.shape
            if want.dtype.kind in 'iu':
                np.testing.assert_array_equal(got, want)
                continue
            scale = np.abs(want[np.isfinite(want)]).max(initial=1e-6)
            np.testing.assert_allclose(got, want, rtol=0, atol=self.tolerance * scale)
