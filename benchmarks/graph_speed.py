"""Runs models of torchvision in ONNX Runtime, as PyTorch exports them and with our optimised graphs.

    python -m benchmarks.graph_speed [--opset 11 17] [--rounds N] [NAMES...]

ONNX Runtime optimises both with its defaults and computes on one thread; weights are random. The two take turns, and
the best of the rounds counts, in processor time of the thread that runs. Exit code 1 if one is slower by more than
--allowed.
"""
import argparse
import os.path as osp
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import numpy as np
import onnxruntime
import torch
from prettytable import PrettyTable
from torch import nn

from benchmarks.side_by_side import plain_session
from mmdeploy import graph

CLASSIFIERS = ('resnet18', 'resnet50', 'mobilenet_v2', 'mobilenet_v3_large', 'shufflenet_v2_x1_0', 'efficientnet_b0',
               'densenet121', 'squeezenet1_1', 'googlenet', 'inception_v3', 'mnasnet1_0', 'regnet_y_400mf',
               'convnext_tiny', 'vit_b_16', 'swin_t')
SEGMENTERS = ('lraspp_mobilenet_v3_large', 'deeplabv3_mobilenet_v3_large')
SIZES = {'inception_v3': 299}


def build(name: str) -> nn.Module:
    import torchvision

    from tests.graph.models import FirstOutput, spread
    torch.manual_seed(0)
    if name in SEGMENTERS:
        return FirstOutput(spread(getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None)))
    options = dict(init_weights=False) if name in ('googlenet', 'inception_v3') else {}
    return spread(getattr(torchvision.models, name)(weights=None, **options))


def session(path: str) -> Callable[[np.ndarray], list[np.ndarray]]:
    """Return a function that runs a file."""
    loaded = plain_session(path)
    name = loaded.get_inputs()[0].name
    return lambda x: loaded.run(None, {name: x})


def best_times(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the best milliseconds of each of several functions that take turns."""
    best = [float('inf')] * len(runs)
    for i in range(rounds + 1):
        for which, run in enumerate(runs):
            start = time.thread_time()
            run()
            if i:  # the first one warms up
                best[which] = min(best[which], (time.thread_time() - start) * 1000)
    return best


def compare(name: str, opset: int, rounds: int) -> tuple[int, int, float, float]:
    """Return nodes and milliseconds, as exported and optimised."""
    x = torch.rand(1, 3, *[SIZES.get(name, 224)] * 2)
    with tempfile.TemporaryDirectory() as folder:
        source, target = osp.join(folder, 'model.onnx'), osp.join(folder, 'optimized.onnx')
        torch.onnx.export(build(name), (x, ), source, opset_version=opset)
        model = graph.load(source)
        before = model.num_nodes
        model.optimize()
        model.save(target)
        plain, optimized = session(source), session(target)
        for a, b in zip(plain(x.numpy()), optimized(x.numpy()), strict=True):
            assert np.abs(a - b).max() <= 1e-4 * max(1, np.abs(a).max()), f'{name}: the optimised graph differs'
        return before, model.num_nodes, *best_times([lambda: plain(x.numpy()), lambda: optimized(x.numpy())], rounds)


def main(argv: Sequence[str] | None = None) -> int:
    """Print a row per model and operator set."""
    names = (*CLASSIFIERS, *SEGMENTERS)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=', '.join(names))
    parser.add_argument('--opset', type=int, nargs='*', default=[11, 17])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--allowed', type=float, default=1.03, help='times as long as exported')
    args = parser.parse_args(argv)
    table = PrettyTable()
    table.field_names = ['model', 'opset', 'nodes', 'optimised', 'ms as exported', 'ms', 'ratio']
    slower = []
    for name in args.names or names:
        for opset in args.opset:
            before, nodes, plain, optimized = compare(name, opset, args.rounds)
            ratio = optimized / plain
            slower += [f'{name} at opset {opset}'] if ratio > args.allowed else []
            row = [name, opset, before, nodes, f'{plain:.2f}', f'{optimized:.2f}', f'{ratio:.3f}']
            table.add_row(row)
            print(*row, flush=True)
    print(table)
    print(f'ONNX Runtime {onnxruntime.__version__}, best of {args.rounds}; slower: {", ".join(slower) or "none"}')
    return int(bool(slower))


if __name__ == '__main__':
    sys.exit(main())
