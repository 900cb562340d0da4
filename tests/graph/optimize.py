"""Runs models before and after the optimisation of their graphs and compares.

    python -m tests.graph.optimize [--quick] [NAMES...]

Weights are random. Each model is exported, optimised and run in ONNX Runtime (without its own
optimisations) on the same inputs; outputs may differ by 1e-5 of their largest element, a second
optimisation must change nothing, and `onnx.checker` must accept the result.
"""
import argparse
import os.path as osp
import sys
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime
from prettytable import PrettyTable

from mmdeploy import graph
from tests.graph import models

MAX_DIFFERENCE = 1e-5


class Report(NamedTuple):
    """What the optimisation of one model did."""

    nodes_before: int
    nodes: int
    difference: float  # the largest, as a part of the largest element
    changes: dict[str, int]
    changes_again: dict[str, int]  # of the saved and loaded result


def _session(path: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options)


def difference(want: np.ndarray, got: np.ndarray) -> float:
    """Return the largest difference as a part of the largest wanted element."""
    if want.shape != got.shape or want.dtype != got.dtype:
        return float('inf')
    if want.size == 0:
        return 0.0
    want = want.astype(np.float64)
    scale = np.abs(want).max() or 1.0
    largest = float(np.abs(want - got).max() / scale)
    return largest if largest == largest else float('inf')


def optimize(source: str, target: str) -> tuple[int, int, dict[str, int]]:
    """Optimise a file; return the nodes before and after and the changes by pass."""
    model = graph.load(source)
    before = model.num_nodes
    changes = {name: count for name, count in model.optimize() if count}
    model.save(target)
    return before, model.num_nodes, changes


def prove(example: models.Example, folder: str) -> Report:
    """Export a model, optimise it and compare the two.

    Args:
        example: the model.
        folder: gets the ONNX files.
    """
    original = osp.join(folder, 'original.onnx')
    optimized = osp.join(folder, 'optimized.onnx')
    again = osp.join(folder, 'again.onnx')
    models.export(example, original)
    before, after, changes = optimize(original, optimized)
    onnx.checker.check_model(optimized, full_check=True)
    _, _, changes_again = optimize(optimized, again)
    want_of, got_of = _session(original), _session(optimized)
    names = [value.name for value in want_of.get_inputs()]
    largest = 0.0
    for feed in models.feeds(example):
        # The exporter drops inputs that have no effect.
        feed = {name: value for name, value in feed.items() if name in names}
        pairs = zip(want_of.run(None, feed), got_of.run(None, feed), strict=True)
        largest = max(largest, *(difference(want, got) for want, got in pairs))
    return Report(before, after, largest, changes, changes_again)


def main(argv: Sequence[str] | None = None) -> int:
    """Compare models; return 1 when one differs too much or is not done after one run."""
    examples = {**models.QUICK, **models.SLOW, **models.MMCLS}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=', '.join(examples))
    parser.add_argument('--quick', action='store_true', help='the small models of the default tests')
    args = parser.parse_args(argv)
    table = PrettyTable()
    table.field_names = ['model', 'opset', 'nodes before', 'nodes', 'difference', 'changes again']
    failed = False
    for name in args.names or (models.QUICK if args.quick else examples):
        with tempfile.TemporaryDirectory() as folder:
            report = prove(examples[name], folder)
        failed = failed or report.difference > MAX_DIFFERENCE or bool(report.changes_again)
        table.add_row([
            name, examples[name].opset, report.nodes_before, report.nodes, f'{report.difference:.1e}',
            sum(report.changes_again.values())
        ])
    print(table)
    return int(failed)


if __name__ == '__main__':
    sys.exit(main())
