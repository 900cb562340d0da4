"""Custom operators: one folder each, with its meaning, kernels and export.

    output, = run('mmdeploy::grid_sampler', [image, grid], interpolation_mode=0)
"""
from collections.abc import Sequence
from typing import Any

import numpy as np


def run(name: str, inputs: Sequence[np.ndarray | None], *, reference: bool = False, num_threads: int = 1,
        **attributes: Any) -> list[np.ndarray]:
    """Run an operator without an engine.

    Args:
        name: as in ONNX, `mmdeploy::grid_sampler`.
        inputs: in the order of the declaration; None where an optional one is absent.
        reference: run the plain code that says what the operator means instead of the fast one.
        num_threads: for the fast code; 0 takes all processors.
        attributes: of the node; those that are left out have their defaults.

    Returns:
        All outputs.

    Raises:
        KeyError: there is no such operator.
        ValueError: inputs or attributes are not what it takes.
    """
    from mmdeploy.backend.base.native import import_native
    domain, _, kind = name.partition('::')
    return import_native('mmdeploy_op').run(domain, kind, list(inputs), attributes, reference, num_threads)


def declarations() -> list[dict]:
    """Return what each operator declares: names, inputs, outputs, attributes, native_engines, cuda."""
    from mmdeploy.backend.base.native import import_native
    return import_native('mmdeploy_op').declarations()
