"""Label maps and restored images: what the SDK does around a network beside what users write, on one processor.

    python -m benchmarks.dense [--rounds 15] [--json FILE]

The networks do nothing (they look at one pixel and answer constants). Their time, measured alone in onnxruntime, is
taken off both sides, so that what is left is the conversion of their outputs; of ours with a small preprocessing before
it. All take turns in one process, and the best of all rounds counts.
"""
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx

from benchmarks.pipelines import network
from benchmarks.side_by_side import best_of, parse_arguments, plain_session, report, use_one_processor

ROOT = Path(__file__).resolve().parents[1]
CLASSES, INPUT = 19, 32


def write_model(folder: Path, outputs: dict[str, np.ndarray], head: dict) -> None:
    """Write an SDK model whose network answers `outputs`."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(network(outputs), folder / 'net.onnx')
    transforms = [
        dict(type='LoadImageFromFile'),
        dict(type='Resize', size=[INPUT, INPUT], keep_ratio=False, interpolation='nearest'),
        dict(type='Normalize', mean=[0, 0, 0], std=[255, 255, 255], to_rgb=True),
        dict(type='ImageToTensor', keys=['img']),
        dict(type='Collect', keys=['img'], meta_keys=['ori_shape', 'img_shape']),
    ]
    tasks = [
        dict(type='Task', module='Transform', name='pre', input=['img'], output=['prep'], transforms=transforms),
        dict(type='Task', module='Net', name='net', input=['prep'], output=['infer'], input_map=dict(img='input')),
        dict(type='Task', name='post', output=['post'], **head),
    ]
    net = dict(name='net', net='net.onnx', weights='', backend='onnxruntime', batch_size=1, dynamic_shape=True)
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', task='', models=[net], customs=[])))
    (folder / 'pipeline.json').write_text(
        json.dumps(dict(pipeline=dict(input=['img'], output=['post'], tasks=tasks))))


def session_of(folder: Path) -> Callable[[], list[np.ndarray]]:
    """Return a call of the network alone."""
    session = plain_session(folder / 'net.onnx')
    tensor = np.zeros((1, 3, INPUT, INPUT), np.float32)
    return lambda: session.run(None, {'input': tensor})


def _row(name: str, limit: float, best: dict[str, float]) -> dict:
    return dict(name=name, limit=limit, ours=best['ours'] - best['our network'],
                theirs=best['theirs'] - best['their network'])


def segment(work_dir: Path, rounds: int, with_scores: bool) -> dict:
    """Time a label map of 2048x1024 pixels: of our network's labels, or of scores, beside argmax and cv2.resize."""
    import cv2
    import mmdeploy_python
    height, width = 1024, 2048
    scores = np.random.default_rng(0).normal(size=(1, CLASSES, height, width)).astype(np.float32)
    head = dict(module='mmseg', component='ResizeMask', params=dict(num_classes=CLASSES), input=['prep', 'infer'])
    user, own = work_dir / 'scores', work_dir / ('scores' if with_scores else 'labels')
    write_model(user, dict(output=scores), head)
    if not with_scores:
        write_model(own, dict(output=scores.argmax(1, keepdims=True)), head)
    image = np.zeros((height, width, 3), np.uint8)
    ours, run_user, run_own = mmdeploy_python.Segmentor(str(own), 'cpu'), session_of(user), session_of(own)

    def theirs() -> np.ndarray:
        labels = run_user()[0][0].argmax(0).astype(np.uint8)
        return cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)

    np.testing.assert_array_equal(ours(image), theirs())
    best = best_of({'ours': lambda: ours(image), 'our network': run_own, 'theirs': theirs, 'their network': run_user},
                   rounds)
    source = 'scores' if with_scores else "the network's labels"
    return _row(f'label map 2048x1024, {CLASSES} classes, of {source}', 1 / 4, best)


def restore(work_dir: Path, rounds: int) -> dict:
    """Time a restored frame of 1080p beside NumPy."""
    import mmdeploy_python
    folder = work_dir / 'frame'
    planes = np.random.default_rng(0).uniform(-0.1, 1.1, (1, 3, 1080, 1920)).astype(np.float32)
    head = dict(module='mmedit', component='TensorToImg', params={}, input=['infer'])
    write_model(folder, dict(output=planes), head)
    image = np.zeros((1080, 1920, 3), np.uint8)
    ours, run = mmdeploy_python.Restorer(str(folder), 'cpu'), session_of(folder)

    def theirs() -> np.ndarray:
        # Interleaved like ours: NumPy alone would answer a view of planes, which OpenCV copies.
        return np.ascontiguousarray((run()[0][0].transpose(1, 2, 0).clip(0, 1) * 255).round().astype(np.uint8))

    assert np.abs(ours(image).astype(int) - theirs()).max() <= 1
    best = best_of({'ours': lambda: ours(image), 'our network': run, 'theirs': theirs, 'their network': run}, rounds)
    return _row('restored frame of 1080p', 1 / 3, best)


def main() -> int:
    args = parse_arguments(__doc__.splitlines()[0], ROOT / 'build/benchmarks/dense')
    use_one_processor()
    rows = [segment(args.work_dir, args.rounds, with_scores) for with_scores in (False, True)]
    rows.append(restore(args.work_dir, args.rounds))
    report([dict(row, other='OpenCV, NumPy') for row in rows], args.json)
    return 0


if __name__ == '__main__':
    sys.exit(main())
