"""Pre- and post-processing of whole pipelines beside mmdeploy-runtime, both through Python on one processor.

    python -m benchmarks.pipelines [--seconds 2] [--rounds 5] [--json FILE]

The networks do nothing (they look at one pixel and answer constants), so that what is timed is what lies around a
network. The peer is installed in an environment of its own in the work folder; both run the same SDK model in ONNX
Runtime. The two take turns, and the best of all rounds counts.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from prettytable import PrettyTable

ROOT = Path(__file__).resolve().parents[1]
PEER = 'mmdeploy-runtime==1.3.1'
PEER_PACKAGES = ('numpy<2', 'opencv-python-headless==4.11.0.86', PEER)
_NORMALIZE = dict(type='Normalize', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)


class Work(NamedTuple):
    """A pipeline and the image that it gets.

    Attributes:
        task: class of the SDK.
        height, width: of the image.
        size: of the network's input, square.
        limit: share of the peer's time that DESIGN.md asks for.
    """
    task: str
    height: int
    width: int
    size: int
    limit: float


WORKS = {
    'classifier 1080p -> 224': Work('Classifier', 1080, 1920, 224, 1 / 3),
    'detector 1080p -> 640, 100 boxes': Work('Detector', 1080, 1920, 640, 1 / 4),
    'detector 1080p -> 608, 100 boxes': Work('Detector', 1080, 1920, 608, 1 / 4),
    'detector 1280x720 -> 640, 100 boxes': Work('Detector', 720, 1280, 640, 1 / 4),
    # Its network writes 16 MB of labels, which is most of our time.
    'segmentor 2048x1024, 19 classes': Work('Segmentor', 1024, 2048, 32, 1 / 3),
}


def network(outputs: dict[str, np.ndarray]) -> onnx.ModelProto:
    """A network that answers constants, after a look at one pixel."""
    nodes = [
        helper.make_node('Slice', ['input', 'zeros', 'ones', 'axes'], ['pixel']),
        helper.make_node('Reshape', ['pixel', 'one'], ['number']),
        helper.make_node('Mul', ['number', 'nothing'], ['zero']),
        helper.make_node('Cast', ['zero'], ['whole_zero'], to=TensorProto.INT64),
    ]
    constants = dict(
        zeros=np.zeros(4, np.int64), ones=np.ones(4, np.int64), axes=np.arange(4), one=np.ones(1, np.int64),
        nothing=np.zeros(1, np.float32))
    infos = []
    for name, value in outputs.items():
        constants[f'{name}_value'] = value
        zero = 'zero' if value.dtype == np.float32 else 'whole_zero'
        nodes.append(helper.make_node('Add', [f'{name}_value', zero], [name]))
        infos.append(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape))
    graph = helper.make_graph(
        nodes, 'constants', [helper.make_tensor_value_info('input', TensorProto.FLOAT, ['n', 3, 'h', 'w'])], infos,
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)], ir_version=6)


def write_model(folder: Path, work: Work) -> None:
    """Write an SDK model whose files both SDKs understand."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    load = dict(type='LoadImageFromFile')
    collect = [dict(type='ImageToTensor', keys=['img']),
               dict(type='Collect', keys=['img'], meta_keys=['ori_shape', 'img_shape', 'scale_factor'])]
    if work.task == 'Classifier':
        outputs = dict(output=random.random((1, 1000), np.float32))
        steps = [load, dict(type='Resize', size=[256, -1], keep_ratio=True),
                 dict(type='CenterCrop', crop_size=work.size), _NORMALIZE, *collect]
        head = dict(module='mmcls', component='LinearClsHead', params=dict(topk=5), input=['infer_output'])
    elif work.task == 'Segmentor':
        outputs = dict(output=random.integers(0, 19, (1, 1, work.height, work.width)))
        steps = [load, dict(type='Resize', size=[work.size, work.size], keep_ratio=False), _NORMALIZE, *collect]
        head = dict(module='mmseg', component='ResizeMask', params=dict(num_classes=19),
                    input=['prep_output', 'infer_output'])
    else:
        corners = np.sort(random.random((1, 100, 2, 2), np.float32) * work.size, axis=2).reshape(1, 100, 4)
        scores = random.uniform(0.3, 1, (1, 100, 1)).astype(np.float32)
        outputs = dict(dets=np.concatenate([corners, scores], 2), labels=random.integers(0, 80, (1, 100)))
        size = [work.size, work.size]
        steps = [load, dict(type='Resize', size=size, keep_ratio=True),
                 dict(type='Pad', size=size, pad_val=114), _NORMALIZE, *collect]
        head = dict(module='mmdet', component='ResizeBBox', params=dict(score_thr=0.05),
                    input=['prep_output', 'infer_output'])
    onnx.save(network(outputs), folder / 'net.onnx')
    net = dict(name='net', net='net.onnx', weights='', backend='onnxruntime', batch_size=1, precision='FP32',
               dynamic_shape=True)
    deploy = dict(version='1.3.1', task=work.task, models=[net], customs=[])
    tasks = [
        dict(type='Task', module='Transform', name='Preprocess', input=['img'], output=['prep_output'],
             transforms=steps),
        dict(type='Task', module='Net', name='net', input=['prep_output'], output=['infer_output'],
             input_map=dict(img='input'), output_map={}),
        dict(type='Task', name='postprocess', output=['post_output'], **head),
    ]
    (folder / 'deploy.json').write_text(json.dumps(deploy))
    (folder / 'pipeline.json').write_text(
        json.dumps(dict(pipeline=dict(input=['img'], output=['post_output'], tasks=tasks))))


def peer_python(folder: Path) -> Path:
    """Python of an environment with the peer, which is made once."""
    python = folder / 'bin/python'
    if not (folder / '.complete').exists():
        print(f'installing {PEER}', flush=True)
        subprocess.run(['/usr/bin/python3', '-m', 'venv', '--clear', folder], check=True)
        subprocess.run([python, '-m', 'pip', 'install', '-q', *PEER_PACKAGES], check=True)
        (folder / '.complete').touch()
    return python


def time_once(python: Path, module: str, work: Work, model: Path, image: Path, seconds: float,
              pinned: bool = True) -> tuple[int, float]:
    """Number of results, and the best time in milliseconds, on one processor if `pinned`."""
    command = [python, ROOT / 'benchmarks/pipeline_subject.py', module, work.task, model, image, str(seconds)]
    if pinned and os.access('/usr/bin/taskset', os.X_OK):
        command = ['taskset', '-c', '0', *command]
    # Our module has the peer's name as well: only we may see the build.
    path = str(ROOT / 'build/lib') if module == 'mmdeploy_python' else ''
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          env=dict(os.environ, OMP_NUM_THREADS='1', PYTHONPATH=path))
    # The peer writes to standard output, too, and ends no line.
    found = re.search(r'times (\d+) (\S+) \S+', done.stdout)
    if found is None:
        raise RuntimeError(f'{module} failed: {done.stdout[-400:]}{done.stderr[-800:]}')
    return int(found.group(1)), float(found.group(2))


def compare(work_dir: Path, name: str, seconds: float, rounds: int, pinned: bool = True) -> dict[str, Any]:
    work = WORKS[name]
    model, image = work_dir / name.replace(' ', '_').replace('>', ''), work_dir / 'image.npy'
    write_model(model, work)
    np.save(image, np.random.default_rng(1).integers(0, 256, (work.height, work.width, 3), dtype=np.uint8))
    subjects = dict(ours=(Path(sys.executable), 'mmdeploy_python'),
                    peer=(peer_python(work_dir / 'peer'), 'mmdeploy_runtime'))
    best: dict[str, float] = {}
    counts = {}
    for _ in range(rounds):
        for subject, (python, module) in subjects.items():
            counts[subject], found = time_once(python, module, work, model, image, seconds, pinned)
            best[subject] = min(best.get(subject, found), found)
    return dict(name=name, ours_ms=best['ours'], peer_ms=best['peer'], ratio=best['ours'] / best['peer'],
                limit=work.limit, results=[counts['ours'], counts['peer']])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', choices=[[], *WORKS], metavar='NAMES', help=', '.join(WORKS))
    parser.add_argument('--seconds', type=float, default=2, help='of one round of one SDK')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--work-dir', type=Path, default=ROOT / 'build/benchmarks/pipelines')
    parser.add_argument('--json', type=Path, help='also write the figures here')
    args = parser.parse_args()
    rows = []
    table = PrettyTable(['pipeline', 'ours ms', f'{PEER} ms', 'ratio', 'asked'])
    names = args.names or list(WORKS)
    for i, name in enumerate(names):
        print(f'[{i + 1}/{len(names)}] {name}', flush=True)
        row = compare(args.work_dir, name, args.seconds, args.rounds)
        rows.append(row)
        table.add_row([name, f"{row['ours_ms']:.3f}", f"{row['peer_ms']:.3f}", f"{row['ratio']:.2f}",
                       f"{row['limit']:.2f}"])
    print(table)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2) + '\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
