"""Rewrites of PyTorch's functions and symbolics against plain PyTorch, on drawn inputs.

    python -m tests.differential.rewrites [--seconds N] [--seed S] [NAMES...]

A draw is a function and its inputs: ranks, sizes (1 among them), axes from either end, views that are not contiguous,
broadcasting. It runs plainly, under the rewrites, and exported in ONNX Runtime; with open axes on further sizes. The
rewrites have to give the same, or to refuse while exporting.
"""

import argparse
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F
from torch.onnx.errors import OnnxExporterError

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import op_types, run_onnx
from mmdeploy.utils.validate import export_graph

REFUSALS = (AssertionError, NotImplementedError, OnnxExporterError)


@dataclass
class Case:
    """One call."""

    function: Callable
    inputs: Sequence[torch.Tensor]
    backend: str = 'default'
    opset: int = 11
    # Axes of the first input that are open, and further sizes of it.
    open_axes: Sequence[int] = ()
    others: Sequence[torch.Tensor] = field(default_factory=tuple)


class Draw(random.Random):
    """Draws what calls are made of."""

    def shape(self, low: int, high: int, largest: int = 6) -> list[int]:
        return [
            self.choice([1, self.randint(1, largest), self.randint(2, largest)]) for _ in range(self.randint(low, high))
        ]

    def tensor(self, shape: Sequence[int]) -> torch.Tensor:
        """Return normal numbers; sometimes they lie in memory in another order, or with gaps."""
        x = torch.randn(list(shape), generator=torch.Generator().manual_seed(self.randrange(1 << 30)))
        how = self.randrange(4)
        if how == 1 and x.dim() > 1:
            return x.transpose(0, -1).contiguous().transpose(0, -1)
        if how == 2 and x.dim():
            return torch.stack([x, x], -1)[..., 0]
        return x

    def axis(self, rank: int) -> int:
        return self.randrange(-rank, rank)

    def opened(self, case: Case, axes: Sequence[int]) -> Case:
        """Sometimes open axes of the first input, with two further sizes of them."""
        if self.random() < 0.5 or not axes:
            return case
        shape = list(case.inputs[0].shape)
        case.open_axes = axes
        case.others = []
        for _ in range(2):
            size = list(shape)
            for axis in axes:
                size[axis] = self.randint(1, 9)
            case.others.append(self.tensor(size))
        return case


def atan2(draw: Draw) -> Case:
    shape = draw.shape(1, 3)
    other = [size if draw.random() < 0.6 else 1 for size in shape][draw.randrange(len(shape)) :]
    y, x = draw.tensor(shape).round(), draw.tensor(other).round()
    if draw.random() < 0.5:
        return Case(lambda y, x: y.atan2(x), (y, x))
    return draw.opened(Case(lambda y, x: torch.atan2(y, x), (y, draw.tensor([]).round())), [0])


def triu(draw: Draw) -> Case:
    x, diagonal = draw.tensor(draw.shape(2, 4)), draw.randint(-7, 7)
    function = (lambda x: torch.triu(x, diagonal)) if draw.random() < 0.5 else (lambda x: x.triu(diagonal) + 1)
    return draw.opened(Case(function, (x,)), [draw.choice([-1, -2]) % x.dim()])


def topk(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    dim, largest = draw.axis(x.dim()), draw.random() < 0.5
    k = draw.randint(1, x.shape[dim])
    return Case(lambda x: x.topk(k, dim, largest)[0], (x,), draw.choice(['default', 'tensorrt']))


def chunk(draw: Draw) -> Case:
    x = draw.tensor([1, *draw.shape(1, 3)])
    dim, count = draw.randrange(1, x.dim()), draw.randint(1, 7)
    return Case(lambda x: torch.cat([part * (i + 1) for i, part in enumerate(x.chunk(count, dim))], dim), (x,), 'ncnn')


def expand(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    sizes = [draw.choice([-1, size, size if size > 1 else draw.randint(1, 4)]) for size in x.shape]
    sizes = [size if old > 1 or size < 0 else max(size, 1) for size, old in zip(sizes, x.shape, strict=True)]
    front = draw.shape(0, 2, 3)
    return Case(lambda x: x.expand(*front, *sizes) * 2, (x,), 'ncnn')


def sizes(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(2, 4))
    axis = draw.axis(x.dim())
    return Case(lambda x: x.reshape(x.shape[axis], -1) * x.size(axis) + x.size()[0], (x,), 'ncnn')


def group_norm(draw: Draw) -> Case:
    groups = draw.randint(1, 3)
    channels = groups * draw.randint(1, 3)
    x = draw.tensor([draw.randint(1, 3), channels, *draw.shape(1, 3)])
    weight = draw.tensor([channels]) if draw.random() < 0.7 else None
    bias = draw.tensor([channels]) if draw.random() < 0.7 else None
    # A group of one element has no variance; what is left of it is noise.
    eps = draw.choice([1e-5, 1e-3, 1.0])
    return Case(lambda x: F.group_norm(x, groups, weight, bias, eps), (x,), draw.choice(['ncnn', 'default']))


def interpolate(draw: Draw) -> Case:
    rank = draw.choice([1, 2, 2])
    mode = draw.choice(['nearest', 'linear' if rank == 1 else 'bilinear'])
    x = draw.tensor([1, draw.randint(1, 3), *(draw.randint(2, 7) for _ in range(rank))])
    options = {} if mode == 'nearest' else dict(align_corners=draw.random() < 0.5)
    wanted = [draw.randint(2, 13) for _ in range(rank)]
    case = Case(lambda x: F.interpolate(x * 1, size=tuple(wanted), mode=mode, **options), (x,), 'ncnn')
    return draw.opened(case, list(range(2, 2 + rank)))


def linear(draw: Draw) -> Case:
    x = draw.tensor([*draw.shape(1, 3), 5])
    weight, bias = draw.tensor([3, 5]), draw.tensor([3]) if draw.random() < 0.6 else None
    return Case(lambda x: F.linear(x, weight, bias), (x,), 'ncnn')


def masked_fill(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3))
    mask = draw.tensor([size if draw.random() < 0.7 else 1 for size in x.shape]) > 0
    value = draw.choice([float('-inf'), float('inf'), 0.0, -1e30, 2])
    return Case(lambda x: x.masked_fill(mask, value), (x,), 'onnxruntime')


def normalize(draw: Draw) -> Case:
    x = draw.tensor([draw.choice([1, 1, 1, 2]), *draw.shape(1, 3)])
    dim, p = draw.axis(x.dim()), draw.choice([2, 2, 2, 1])
    return Case(lambda x: F.normalize(x, p, dim), (x,), 'ncnn')


def repeat(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3))
    sizes = [draw.randint(1, 3) for _ in range(x.dim() + draw.randint(0, 2))]
    return Case(lambda x: x.repeat(*sizes) * 1, (x,), 'tensorrt')


def adaptive_pool(draw: Draw) -> Case:
    rank = draw.randint(1, 3)
    x = draw.tensor([draw.randint(1, 2), draw.randint(1, 3), *(draw.randint(1, 7) for _ in range(rank))])
    wanted = [draw.choice([1, draw.randint(1, 7)]) for _ in range(rank)]
    pool = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[rank - 1]
    return draw.opened(Case(lambda x: pool(x * 1, wanted), (x,)), [2])


def roll(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    axes = draw.sample(range(x.dim()), draw.randint(1, x.dim()))
    shifts = [draw.randint(-9, 9) for _ in axes]
    if draw.random() < 0.2:
        axes, shifts = [], shifts[:1]
    axes = [axis - x.dim() if draw.random() < 0.4 else axis for axis in axes]
    return draw.opened(Case(lambda x: torch.roll(x * 1, shifts, axes) * 1, (x,)), [draw.randrange(x.dim())])


def squeeze(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    axis = draw.axis(x.dim())
    function = (lambda x: x.squeeze() * 1) if draw.random() < 0.3 else (lambda x: x.squeeze(axis) * 1)
    return Case(function, (x,), opset=draw.choice([11, 13]))


def hardsigmoid(draw: Draw) -> Case:
    return draw.opened(Case(lambda x: F.hardsigmoid(x * 3), (draw.tensor(draw.shape(1, 3)),)), [0])


def pad(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 4))
    pads = [draw.randint(-1, 3) for _ in range(2 * draw.randint(1, x.dim()))]
    return Case(lambda x: F.pad(x, pads, value=draw.choice([0.0])), (x,), 'tensorrt')


REWRITES = {
    function.__name__: function
    for function in (
        atan2,
        triu,
        topk,
        chunk,
        expand,
        sizes,
        group_norm,
        interpolate,
        linear,
        masked_fill,
        normalize,
        repeat,
        adaptive_pool,
        roll,
        squeeze,
        hardsigmoid,
        pad,
    )
}


def _differ(found: torch.Tensor, expected: torch.Tensor) -> str | None:
    try:
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4, equal_nan=True)
    except AssertionError as error:
        return str(error).replace('\n', ' ')
    return None


def check(case: Case) -> tuple[str, str]:
    """Return what became of a case (impossible, refused, right, wrong), and why."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            expected = case.function(*case.inputs)
        except (RuntimeError, IndexError, ValueError) as error:
            return 'impossible', str(error)
        try:
            with RewriterContext({}, case.backend):
                difference = _differ(case.function(*case.inputs), expected)
            if difference:
                return 'wrong', f'under the rewrites: {difference}'
            axes = (
                dict(input_names=[f'x{i}' for i in range(len(case.inputs))], dynamic_axes={'x0': list(case.open_axes)})
                if case.open_axes
                else {}
            )
            model = export_graph(case.function, case.inputs, case.backend, opset=case.opset, **axes)
        except REFUSALS as error:
            return 'refused', str(error)
        if any('::' in name for name in op_types(model)):
            return 'right', 'has operators that ONNX Runtime lacks'
        for first in (case.inputs[0], *case.others):
            inputs = (first, *case.inputs[1:])
            try:
                wanted = case.function(*inputs)
            except (RuntimeError, IndexError, ValueError):
                continue
            difference = _differ(run_onnx(model, inputs)[0], wanted)
            if difference:
                return 'wrong', f'exported, for {list(first.shape)}: {difference}'
    return 'right', ''


def run(name: str, seed: int) -> tuple[str, str]:
    """Draw and check one case; an unexpected error is wrong, too."""
    case = REWRITES[name](Draw(f'{name}-{seed}'))
    try:
        return check(case)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
        return 'wrong', f'{type(error).__name__}: {str(error)[:300]}'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', help=f'rewrites, by default all: {", ".join(REWRITES)}')
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--seed', type=int, default=0, help='of the first draw')
    args = parser.parse_args()
    names = args.names or list(REWRITES)
    counts = {name: Counter() for name in names}
    end, seed = time.time() + args.seconds, args.seed
    while time.time() < end:
        for name in names:
            outcome, why = run(name, seed)
            counts[name][outcome] += 1
            if outcome == 'wrong':
                print(f'{name} {seed}: {why}', flush=True)
        seed += 1
    for name in names:
        print(f'{name:<16}', dict(counts[name]))
    return 1 if any(count['wrong'] for count in counts.values()) else 0


if __name__ == '__main__':
    sys.exit(main())
