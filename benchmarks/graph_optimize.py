"""Optimises graphs with `mmdeploy graph optimize` and with onnxsim, and prints nodes and seconds.

    python -m benchmarks.graph_optimize [NAMES...]

Models are those of torchvision at real size with random weights, exported with PyTorch. Both tools
run in this process, one after the other, from file to file; each time is the best of three. Nodes
are those of all graphs of a file but Constant.
"""
import argparse
import contextlib
import os
import os.path as osp
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import onnx
import onnxsim
from prettytable import PrettyTable

from mmdeploy import graph
from tests.graph import models

RUNS = 3


def count_nodes(graph_proto: onnx.GraphProto) -> int:
    """Count the nodes of a graph and of those inside it."""
    count = 0
    for node in graph_proto.node:
        count += node.op_type != 'Constant'
        count += sum(count_nodes(attribute.g) for attribute in node.attribute if attribute.HasField('g'))
    return count


def run_ours(source: str, target: str) -> None:
    """Optimise a file with our passes."""
    model = graph.load(source)
    model.optimize()
    model.save(target)


def run_onnxsim(source: str, target: str) -> None:
    """Optimise a file with onnxsim."""
    simplified, _ = onnxsim.simplify(onnx.load(source), check_n=0)
    onnx.save(simplified, target)


@contextlib.contextmanager
def silence():
    """Drop what libraries write to the standard streams."""
    saved = [os.dup(1), os.dup(2)]
    with open(os.devnull, 'w') as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            for descriptor in saved:
                os.close(descriptor)


def measure(run: Callable[[str, str], None], source: str, target: str) -> tuple[float, int]:
    """Return the best seconds and the nodes of the result."""
    best = float('inf')
    with silence():
        for _ in range(RUNS):
            start = time.perf_counter()
            run(source, target)
            best = min(best, time.perf_counter() - start)
    return best, count_nodes(onnx.load(target).graph)


def main(argv: Sequence[str] | None = None) -> int:
    """Print a row per model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=', '.join(models.FULL))
    args = parser.parse_args(argv)
    table = PrettyTable()
    table.field_names = ['model', 'nodes', 'ours', 'onnxsim', 'seconds: ours', 'onnxsim ', 'ratio']
    with tempfile.TemporaryDirectory() as folder:
        source, target = osp.join(folder, 'model.onnx'), osp.join(folder, 'optimized.onnx')
        for name in args.names or models.FULL:
            models.export(models.FULL[name], source)
            nodes = count_nodes(onnx.load(source).graph)
            our_seconds, our_nodes = measure(run_ours, source, target)
            seconds, simplified = measure(run_onnxsim, source, target)
            table.add_row([
                name, nodes, our_nodes, simplified, f'{our_seconds:.3f}', f'{seconds:.3f}',
                f'{seconds / our_seconds:.1f}'
            ])
    print(table)
    print(f'onnxsim {onnxsim.__version__}, best of {RUNS}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
