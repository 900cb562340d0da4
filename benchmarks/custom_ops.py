"""Compares the custom operators with PyTorch's, mmcv's and ONNX Runtime's own, one thread, in one run.

    python -m benchmarks.custom_ops [--library FILE] [--seconds N] [--json FILE] [NAMES...]

Ours run in ONNX Runtime, from `libmmdeploy_onnxruntime_ops.so`. Both sides of a row take turns, so that what else the
machine does hits both; each time is that of the processor, the best of many. A row ends with their ratio and what it
is to be at most.
"""
import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmcv.ops
import numpy as np
import torch
from onnx import TensorProto, helper
from prettytable import PrettyTable
from torch.nn import functional

from benchmarks.side_by_side import plain_session

ROOT = Path(__file__).resolve().parents[1]
_ELEMENT_TYPES = {np.dtype('float32'): TensorProto.FLOAT, np.dtype('int64'): TensorProto.INT64}


@dataclass
class Row:
    """One comparison."""
    name: str
    other: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    target: float | None = None  # of ours / theirs


class Sessions:
    """ONNX Runtime over networks of one node."""

    def __init__(self, library: Path):
        self.library = library

    def __call__(self, kind: str, inputs: Sequence[np.ndarray], **attributes) -> Callable[[], Any]:
        """Return a call of `domain::type`, or of a standard operator."""
        output = TensorProto.INT64 if kind.endswith('NMSRotated') else TensorProto.FLOAT
        domain, _, kind = kind.rpartition('::')
        names = [f'x{i}' for i in range(len(inputs))]
        values = [
            helper.make_tensor_value_info(name, _ELEMENT_TYPES[x.dtype], x.shape)
            for name, x in zip(names, inputs, strict=True)
        ]
        node = helper.make_node(kind, names, ['y'], domain=domain, **attributes)
        graph = helper.make_graph([node], kind, values, [helper.make_tensor_value_info('y', output, None)])
        opsets = [helper.make_opsetid('', 19)] + ([helper.make_opsetid(domain, 1)] if domain else [])
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        session = plain_session(model.SerializeToString(), operators=str(self.library))
        feed = dict(zip(names, inputs, strict=True))
        return lambda: session.run(None, feed)


def deform_conv_rows(run: Sessions) -> Iterator[Row]:
    """Modulated deformable convolutions, 3x3."""
    random = np.random.default_rng(0)
    for channels, height, width, target in ((256, 50, 76, 1.0), (64, 100, 152, None), (512, 14, 19, None)):
        x, weight, bias = (
            random.standard_normal(shape).astype('f4')
            for shape in ((1, channels, height, width), (channels, channels, 3, 3), (channels, )))
        offset = random.uniform(-4, 4, (1, 18, height, width)).astype('f4')
        mask = random.uniform(0, 1, (1, 9, height, width)).astype('f4')
        name = f'MMCVModulatedDeformConv2d {channels}->{channels} {height}x{width}'
        ours = run('mmdeploy::MMCVModulatedDeformConv2d', [x, offset, mask, weight, bias], stride=[1, 1],
                   padding=[1, 1], dilation=[1, 1], groups=1, deform_groups=1)
        pads = dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        yield Row(name, 'ONNX Runtime DeformConv', ours, run('DeformConv', [x, weight, offset, bias, mask], **pads),
                  target)
        tensors = [torch.from_numpy(array) for array in (x, offset, mask, weight, bias)]
        yield Row(name, 'mmcv', ours,
                  lambda tensors=tensors: mmcv.ops.modulated_deform_conv2d(*tensors, 1, 1, 1, 1, 1))
        yield Row(name, 'torch conv2d (plain)', ours,
                  lambda tensors=tensors: functional.conv2d(tensors[0], tensors[3], tensors[4], padding=1),
                  1.6 if target else None)


def grid_sampler_rows(run: Sessions) -> Iterator[Row]:
    """A grid of the image's size, 100x152, that is close to the identity."""
    random = np.random.default_rng(0)
    y, x = np.meshgrid(np.linspace(-1, 1, 100), np.linspace(-1, 1, 152), indexing='ij')
    grid = (np.stack([x, y], -1) + random.uniform(-0.02, 0.02, (100, 152, 2))).astype('f4')[None]
    for channels in (1, 3, 8, 64):
        image = random.standard_normal((1, channels, 100, 152)).astype('f4')
        for mode, interpolation in enumerate(('bilinear', 'nearest', 'bicubic')):
            arguments = torch.from_numpy(image), torch.from_numpy(grid), interpolation
            yield Row(f'grid_sampler {channels}x100x152 {interpolation}', 'torch',
                      run('mmdeploy::grid_sampler', [image, grid], interpolation_mode=mode, padding_mode=0,
                          align_corners=0),
                      lambda arguments=arguments: functional.grid_sample(*arguments, 'zeros', False),
                      1 / 3 if channels == 64 and mode == 0 else None)


def _boxes(random: np.random.Generator, count: int) -> np.ndarray:
    """Boxes x, y, w, h in an image of 1216x800."""
    places = random.uniform(0, 1, (count, 2)) * (900, 500)
    return np.concatenate([places, random.uniform(20, 320, (count, 2))], 1).astype('f4')


def roi_align_rows(run: Sessions) -> Iterator[Row]:
    """1000 boxes on a map of stride 16."""
    random = np.random.default_rng(0)
    features = random.standard_normal((1, 256, 50, 76)).astype('f4')
    boxes = _boxes(random, 1000)
    boxes[:, 2:] += boxes[:, :2]
    image = np.zeros(1000, np.int64)
    rois = np.concatenate([image[:, None].astype('f4'), boxes], 1)
    size = dict(output_height=7, output_width=7, spatial_scale=1 / 16)
    for ratio in (0, 2):
        ours = run('mmdeploy::MMCVRoiAlign', [features, rois], mode='avg', aligned=1, sampling_ratio=ratio, **size)
        name = f'MMCVRoiAlign 1000x256x7x7, sampling_ratio {ratio}'
        yield Row(name, 'ONNX Runtime RoiAlign', ours,
                  run('RoiAlign', [features, boxes, image], sampling_ratio=ratio,
                      coordinate_transformation_mode='half_pixel', **size), 1 / 3)
        yield Row(name, 'mmcv', ours,
                  lambda ratio=ratio: mmcv.ops.roi_align(
                      torch.from_numpy(features), torch.from_numpy(rois), (7, 7), 1 / 16, ratio, 'avg', True))


def roi_align_rotated_rows(run: Sessions) -> Iterator[Row]:
    """500 turned boxes on a map of stride 16."""
    random = np.random.default_rng(0)
    features = random.standard_normal((1, 256, 50, 76)).astype('f4')
    angles = random.uniform(-1.57, 1.57, (500, 1)).astype('f4')
    rois = np.concatenate([np.zeros((500, 1), 'f4'), _boxes(random, 500), angles], 1)
    for ratio in (0, 2):
        yield Row(f'MMCVRoIAlignRotated 500x256x7x7, sampling_ratio {ratio}', 'mmcv',
                  run('mmdeploy::MMCVRoIAlignRotated', [features, rois], output_height=7, output_width=7,
                      spatial_scale=1 / 16, sampling_ratio=ratio, aligned=1, clockwise=0),
                  lambda ratio=ratio: mmcv.ops.roi_align_rotated(
                      torch.from_numpy(features), torch.from_numpy(rois), (7, 7), 1 / 16, ratio, True, False),
                  1 / 4)


def multi_level_roi_align_rows(run: Sessions) -> Iterator[Row]:
    """Boxes on a pyramid of an image of 1216x800; mmcv pools level by level."""
    random = np.random.default_rng(0)
    strides = (4, 8, 16, 32)
    maps = [random.standard_normal((1, 256, 800 // stride, 1216 // stride)).astype('f4') for stride in strides]
    for count in (1, 100, 1000):
        sizes = np.exp(random.uniform(np.log(16), np.log(400), (count, 2)))
        corners = random.uniform(0, 1, (count, 2)) * (1000, 600)
        rois = np.concatenate([np.zeros((count, 1)), corners, corners + sizes], 1).astype('f4')
        levels = np.floor(np.log2(np.sqrt(sizes.prod(1)) / 56 + 1e-6)).clip(0, 3)
        parts = [(torch.from_numpy(one), torch.from_numpy(rois[levels == i]), (7, 7), 1 / stride, 0, 'avg', True)
                 for i, (one, stride) in enumerate(zip(maps, strides, strict=True)) if (levels == i).any()]
        yield Row(f'MMCVMultiLevelRoiAlign {count}x256x7x7', 'mmcv',
                  run('mmdeploy::MMCVMultiLevelRoiAlign', [rois, *maps], pool_mode=1, sampling_ratio=0, aligned=1,
                      featmap_strides=[float(stride) for stride in strides]),
                  lambda parts=parts: [mmcv.ops.roi_align(*part) for part in parts])


def nms_rotated_rows(run: Sessions) -> Iterator[Row]:
    """2000 boxes of one class, apart or crowded. MMDeploy 1.3.1's operator takes about 1/7 of mmcv's time."""
    random = np.random.default_rng(0)
    scores = random.uniform(0, 1, (1, 1, 2000)).astype('f4')
    for name, extent in (('', 1024), (' crowded', 256)):
        boxes = np.concatenate([random.uniform(0, extent, (2000, 2)), random.uniform(8, 64, (2000, 2)),
                                random.uniform(-1.57, 1.57, (2000, 1))], 1).astype('f4')
        tensors = torch.from_numpy(boxes), torch.from_numpy(scores[0, 0])
        yield Row(f'NMSRotated 2000 boxes{name}', 'mmcv',
                  run('mmdeploy::NMSRotated', [boxes[None], scores], iou_threshold=0.1, score_threshold=0.0),
                  lambda tensors=tensors: mmcv.ops.nms_rotated(*tensors, 0.1), 1 / 28)


ROWS = dict(
    deform_conv=deform_conv_rows,
    grid_sampler=grid_sampler_rows,
    roi_align=roi_align_rows,
    roi_align_rotated=roi_align_rotated_rows,
    multi_level_roi_align=multi_level_roi_align_rows,
    nms_rotated=nms_rotated_rows)


def measure(row: Row, seconds: float) -> tuple[float, float]:
    """Return the best milliseconds of both sides, not counting when the thread waits for a processor."""
    calls = row.ours, row.theirs
    best = [float('inf')] * 2
    for call in calls:
        call()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for i, call in enumerate(calls):
            start = time.thread_time()
            call()
            best[i] = min(best[i], 1e3 * (time.thread_time() - start))
    return best[0], best[1]


def _processor() -> str:
    """Return what the machine calls its processor."""
    lines = Path('/proc/cpuinfo').read_text().splitlines()
    return next((line.partition(': ')[2] for line in lines if line.startswith('model name')), 'unknown')


def main(argv: Sequence[str] | None = None) -> int:
    """Print a row per comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=', '.join(ROWS))
    parser.add_argument('--library', type=Path, default=ROOT / 'build' / 'lib' / 'libmmdeploy_onnxruntime_ops.so')
    parser.add_argument('--seconds', type=float, default=3, help='of each row')
    parser.add_argument('--json', type=Path, help='write the rows there too')
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    rows = []
    table = PrettyTable(['operator', 'compared with', 'ours, ms', 'theirs, ms', 'ratio', 'at most'])
    table.align = 'l'
    with torch.no_grad():
        for name in args.names or ROWS:
            for row in ROWS[name](Sessions(args.library)):
                ours, theirs = measure(row, args.seconds)
                target = '' if row.target is None else f'{row.target:.2f}'
                op, _, case = row.name.partition(' ')
                rows.append(dict(op=f'mmdeploy::{op.rstrip(",")}', case=case, other=row.other, ours_ms=ours,
                                 theirs_ms=theirs, ratio=ours / theirs, target=row.target))
                table.add_row([row.name, row.other, f'{ours:.3f}', f'{theirs:.3f}', f'{ours / theirs:.2f}', target])
    print(table)
    if args.json:
        args.json.write_text(json.dumps(dict(processor=_processor(), rows=rows), indent=1) + '\n')
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
