"""Converts the documented models to ncnn and compares with PyTorch.

    python -m tests.exports.ncnn [--opset 11 16] [--json FILE] [NAMES...]

A plain export of each network is optimised, converted and run. Outputs may differ by 1e-3 of the
largest element. What cannot be converted is listed with the reasons.
"""
import argparse
import json
import multiprocessing
import os.path as osp
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np
import torch
from prettytable import PrettyTable

from mmdeploy import graph
from mmdeploy.backend.base.native import import_native
from tests.exports import models
from tests.graph.optimize import difference

MAX_DIFFERENCE = 1e-3
SAME, DIFFERS, REFUSED, NO_EXPORT, DIED = 'same', 'differs', 'refused', 'no export', 'died'


class Report(NamedTuple):
    """What became of one model."""

    name: str
    opset: int
    result: str
    difference: float | None = None  # the largest, as a part of the largest element
    reasons: tuple[str, ...] = ()


def _run(prefix: str, x: np.ndarray, names: list[str]) -> list[np.ndarray]:
    net = import_native().Net(f'{prefix}.param', 'ncnn', weights=f'{prefix}.bin')
    outputs = net({'input': x})
    return [np.asarray(outputs[name]) for name in names]


def _lines(error: Exception) -> tuple[str, ...]:
    """Return the nodes in the way, or the whole message."""
    lines = str(error).splitlines()
    return tuple(line.strip() for line in (lines[1:] or lines))


def prove(name: str, opset: int, folder: str) -> Report:
    """Export a model, convert it and compare.

    Args:
        name: of `models.MODELS`.
        opset: of the export.
        folder: gets the files.
    """
    path, prefix = osp.join(folder, 'model.onnx'), osp.join(folder, 'model')
    model, x = models.build(name)
    with torch.no_grad():
        want = [output.numpy() for output in model(x)]
    names = [f'output{i}' for i in range(len(want))]
    try:
        with models.context(name, opset):
            torch.onnx.export(model, x, path, opset_version=opset, input_names=['input'], output_names=names)
    except Exception as error:  # noqa: BLE001  the exporter raises anything
        return Report(name, opset, NO_EXPORT, reasons=(str(error).splitlines() or [repr(error)])[:1])
    optimized = graph.load(path)
    optimized.optimize()
    optimized.save(path)
    try:
        import_native().convert('ncnn', path, prefix)
    except RuntimeError as error:
        return Report(name, opset, REFUSED, reasons=_lines(error))
    try:
        got = _run(prefix, x.numpy(), names)
    except RuntimeError as error:
        return Report(name, opset, DIFFERS, reasons=_lines(error))
    largest = max(difference(*pair) for pair in zip(want, got, strict=True))
    return Report(name, opset, SAME if largest <= MAX_DIFFERENCE else DIFFERS, largest)


def _prove_into(end: Connection, name: str, opset: int) -> None:
    warnings.simplefilter('ignore')  # of the tracer, hundreds
    with tempfile.TemporaryDirectory() as folder:
        end.send(prove(name, opset, folder))


def prove_apart(name: str, opset: int) -> Report:
    """Prove in a process of its own: PyTorch's exporter dies of some models."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context('fork').Process(target=_prove_into, args=(there, name, opset))
    process.start()
    there.close()
    try:
        report = here.recv()
    except EOFError:
        report = None
    process.join()
    return report or Report(name, opset, DIED, reasons=(f'exit status {process.exitcode}', ))


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help='models, or the beginning of their names')
    parser.add_argument('--opset', type=int, nargs='+', default=[11, 16])
    parser.add_argument('--json', metavar='FILE', help='writes the reports here too')
    return parser.parse_args(argv)


def _print(reports: list[Report]) -> None:
    table = PrettyTable()
    table.field_names = ['model', 'opset', 'result', 'difference', 'why']
    table.align = 'l'
    for report in reports:
        found = '' if report.difference is None else f'{report.difference:.1e}'
        table.add_row([report.name, report.opset, report.result, found, '\n'.join(report.reasons)])
    print(table)
    for (opset, result), count in sorted(Counter((r.opset, r.result) for r in reports).items()):
        print(f'opset {opset}: {count} {result}')


def main(argv: Sequence[str] | None = None) -> int:
    """Convert models; return 1 when one differs."""
    args = _parse(argv)
    names = [name for name in models.MODELS if not args.names or name.startswith(tuple(args.names))]
    if not names:
        print(f'no such model, allowed: {", ".join(models.MODELS)}', file=sys.stderr)
        return 2
    reports = []
    for i, name in enumerate(names):
        for opset in args.opset:
            reports.append(prove_apart(name, opset))
            print(f'[{i + 1}/{len(names)}] {name}, opset {opset}: {reports[-1].result}', file=sys.stderr, flush=True)
    _print(reports)
    if args.json:
        with open(args.json, 'w') as file:
            json.dump([report._asdict() for report in reports], file, indent=2)
    return int(any(report.result in (DIFFERS, DIED) for report in reports))


if __name__ == '__main__':
    sys.exit(main())
