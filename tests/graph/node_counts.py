"""Counts nodes of real models before and after the optimisation, beside another optimiser.

    python -m tests.graph.node_counts [--onnxsim PYTHON] [--folder FOLDER] [--opsets 11 17] [--latency] [NAMES...]

torchvision's models with random weights: classifiers of 224 x 224, segmentation and detection of
`models.py`. PYTHON is the interpreter of an environment that has onnxsim, which is no dependency of
ours. With --latency each file runs in ONNX Runtime as it comes (with its own optimisations). Returns 1
when a model has more nodes than with onnxsim, or is more than a tenth slower than before.
"""
import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import onnx
import onnxruntime
import torch
import torchvision
from prettytable import PrettyTable

from mmdeploy import graph
from tests.graph import models

CLASSIFIERS = ('resnet18', 'mobilenet_v2', 'mobilenet_v3_small', 'shufflenet_v2_x0_5', 'efficientnet_b0', 'densenet121',
               'squeezenet1_1', 'googlenet', 'inception_v3', 'mnasnet0_5', 'regnet_y_400mf', 'convnext_tiny',
               'vit_b_16', 'swin_t', 'vgg11', 'alexnet')
DETAILED = ('lraspp', 'fcn', 'deeplabv3', 'faster_rcnn', 'faster_rcnn_static', 'mask_rcnn', 'ssd', 'retinanet', 'fcos')
FIXED_BATCH = ('swin_t', )  # its export computes sizes of windows
SIMPLIFY = ('import sys, onnx, onnxsim\n'
            'onnx.save(onnxsim.simplify(onnx.load(sys.argv[1]), check_n=0)[0], sys.argv[2])')


def _export_classifier(name: str, opset: int, path: str) -> None:
    torch.manual_seed(0)
    size = 299 if name == 'inception_v3' else 224
    axes = {} if name in FIXED_BATCH else {'input': {0: 'batch'}}
    torch.onnx.export(
        getattr(torchvision.models, name)(weights=None).eval(),
        torch.rand(1, 3, size, size),
        path,
        opset_version=opset,
        input_names=['input'],
        dynamic_axes=axes)


def exporters() -> dict[str, Callable[[int, str], None]]:
    """Return by name what writes a model of an operator set to a path."""
    found = {name: lambda opset, path, n=name: _export_classifier(n, opset, path) for name in CLASSIFIERS}
    for name in DETAILED:
        example = models.SLOW[name]
        found[name] = lambda opset, path, e=example: models.export(e._replace(opset=opset), path)
    return found


def count(found: onnx.GraphProto) -> int:
    """Return the number of nodes, inner graphs included, constants not."""
    total = 0
    for node in found.node:
        total += node.op_type != 'Constant'
        total += sum(count(attribute.g) for attribute in node.attribute if attribute.type == onnx.AttributeProto.GRAPH)
    return total


def latencies(paths: Sequence[Path], runs: int = 15) -> list[float]:
    """Return the milliseconds of the quickest run of each file on one thread, taken in turns."""
    sessions = []
    for path in paths:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        sessions.append(onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider']))
    value = sessions[0].get_inputs()[0]
    default = (1, 3, 96, 128)[-len(value.shape):]
    shape = [d if isinstance(d, int) else default[i] for i, d in enumerate(value.shape)]
    feed = {value.name: torch.rand(shape).numpy()}
    times = [[] for _ in paths]
    for _ in range(runs):
        for session, taken in zip(sessions, times, strict=True):
            start = time.perf_counter()
            session.run(None, feed)
            taken.append(1e3 * (time.perf_counter() - start))
    return [min(taken) for taken in times]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=', '.join(exporters()))
    parser.add_argument('--opsets', nargs='+', type=int, default=[11, 17])
    parser.add_argument('--onnxsim', metavar='PYTHON', help='an interpreter that has onnxsim')
    parser.add_argument('--folder', help='keep the exported files here')
    parser.add_argument('--latency', action='store_true', help='run them in ONNX Runtime')
    args = parser.parse_args(argv)
    table = PrettyTable(['model', 'opset', 'exported', 'ours', 'onnxsim', 'ms exported', 'ms ours'])
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in args.names or exporters():
            for opset in args.opsets:
                original, ours, theirs = (folder / f'{name}-{opset}{kind}.onnx' for kind in ('', '.ours', '.onnxsim'))
                if not original.exists():
                    exporters()[name](opset, str(original))
                model = graph.load(original)
                before = model.num_nodes
                model.optimize()
                model.save(ours)
                row = [before, count(onnx.load(ours).graph), '', '', '']
                if args.onnxsim:
                    subprocess.run([args.onnxsim, '-c', SIMPLIFY, original, theirs], check=True, capture_output=True)
                    row[2] = count(onnx.load(theirs).graph)
                    failed = failed or row[1] > row[2]
                if args.latency:
                    slow, fast = latencies([original, ours])
                    row[3:] = [f'{slow:.2f}', f'{fast:.2f}']
                    failed = failed or fast > 1.1 * slow
                table.add_row([name, opset, *row])
                print(table.get_string(start=len(table.rows) - 1, border=False, header=False), flush=True)
    print(table)
    return int(failed)


if __name__ == '__main__':
    sys.exit(main())
