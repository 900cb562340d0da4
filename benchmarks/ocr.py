"""Text detection and recognition: what the SDK does around networks, and whole pages, beside what users write.

    python -m benchmarks.ocr [--rounds 15] [--json FILE] [--peer]

The head and the warping run on all processors and on one, behind a network that does nothing, by the clock of `mmdeploy
infer --profile`. A page of 50 words runs on all processors, through networks of random weights and the shape
of a small detector and a small recognizer. The best of all rounds counts. `--peer` times the head of mmdeploy-runtime,
too, which benchmarks.pipelines installs in an environment of its own: there whole calls are compared.
"""
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import ocr_networks as networks
from benchmarks.dense import write_model
from benchmarks.side_by_side import best_of, parse_arguments, report, use_one_processor

ROOT = Path(__file__).resolve().parents[1]
HEIGHT, WIDTH, WORDS = 736, 1280, 100


def word_boxes(count: int, turned: float, seed: int = 0) -> np.ndarray:
    """Return [n,4,2] corners of words on a page, in rows; `turned` degrees at most."""
    import cv2
    rng = np.random.default_rng(seed)
    columns = 5
    rows = -(-count // columns)
    boxes = []
    for i in range(count):
        x = (i % columns + 0.5) * WIDTH / columns
        y = (i // columns + 0.5) * HEIGHT / rows
        size = rng.uniform(60, 200), min(24, HEIGHT / rows / 2)
        boxes.append(cv2.boxPoints(((x, y), size, rng.uniform(-turned, turned)))[[1, 2, 3, 0]])
    return np.round(np.array(boxes))


def word_map(turned: float) -> np.ndarray:
    """Return probabilities [1,1,H,W] with soft borders around each word."""
    import cv2
    image = np.zeros((HEIGHT, WIDTH), np.float32)
    for box in word_boxes(WORDS, turned):
        cv2.fillPoly(image, [box.astype(np.int32)], 0.9)
    return cv2.GaussianBlur(image, (0, 0), 1.5)[None, None]


def step_times(model: Path, image: np.ndarray, step: str, rounds: int) -> tuple[float, np.ndarray]:
    """Return the best time of a step in milliseconds, by the command's own clock, and the corners that are found."""
    import cv2
    path = model / 'page.png'
    cv2.imwrite(str(path), image)
    command = [ROOT / 'build/bin/mmdeploy', 'infer', model, *[path] * (rounds + 1), '--json', '--profile']
    runs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    times = [found['ms'] for run in runs[1:] for found in run['steps'] if found['name'] == step]
    return min(times), np.array([text['bbox'] for text in runs[0]['result']]).reshape(-1, 4, 2)


def best_cold(call: Callable[[], object], rounds: int) -> float:
    """Return the best time of a call in milliseconds, behind other work, as ours behind a network."""
    other = np.ones(1 << 23, np.float32)
    times = []
    for _ in range(rounds + 1):
        other += 1
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return min(times[1:])


def head(work_dir: Path, rounds: int) -> dict:
    """Time DBHead on a map of 736x1280 with 100 words beside mmocr's post-processing."""
    import torch
    from mmocr.models.textdet.postprocess import DBPostprocessor
    folder, probabilities = work_dir / 'head', word_map(5)
    write_detector(folder, probabilities)
    processor, maps = DBPostprocessor(text_repr_type='quad'), torch.from_numpy(probabilities[0])
    best, boxes = step_times(folder, np.zeros((HEIGHT, WIDTH, 3), np.uint8), 'post', rounds)
    assert len(boxes) == len(processor(maps)) == WORDS
    theirs = best_cold(lambda: processor(maps), rounds)
    return dict(name=f'DBHead {HEIGHT}x{WIDTH}, {WORDS} words', other='mmocr', limit=1 / 4, ours=best, theirs=theirs)


def write_detector(folder: Path, probabilities: np.ndarray) -> None:
    """Write a model that answers in pixels of the map: the image is made small before the network."""
    write_model(folder, dict(output=probabilities),
                dict(module='mmocr', component='DBHead', params=dict(rescale=False), input=['prep', 'infer']))


def warp(work_dir: Path, rounds: int, turned: float) -> dict:
    """Time cutting 100 words out of a page beside OpenCV's warpAffine from Python."""
    folder = work_dir / 'warp'
    write_detector(folder / 'det', word_map(turned))
    tasks = [dict(type='Inference', input='img', output='dets', params=dict(model='det')),
             dict(type='Task', name='warp', module='WarpBbox', input=['img+', 'dets*'], output='patches*')]
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', models=[])))
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=dict(input='img', output='dets', tasks=tasks))))
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    best, boxes = step_times(folder, image, 'warp', rounds)
    boxes = [networks.PlainOcr.order(box) for box in boxes]
    assert len(boxes) == WORDS
    theirs = best_cold(lambda: [warp_with_opencv(image, box) for box in boxes], rounds)
    return dict(name=f'{WORDS} words cut out, up to {turned:g} degrees', other='OpenCV', limit=1 / 3, ours=best,
                theirs=theirs)


def warp_with_opencv(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    import cv2
    width, height = np.linalg.norm(box[0] - box[1]), np.linalg.norm(box[1] - box[2])
    matrix = cv2.getAffineTransform(box[:3].astype(np.float32),
                                    np.array([[0, 0], [width, 0], [width, height]], np.float32))
    return cv2.warpAffine(image, matrix, (int(width), int(height)))


def page(work_dir: Path, rounds: int) -> dict:
    """Time a page of 50 words from pixels to texts on all processors."""
    import mmdeploy_python
    image = networks.draw_page(word_boxes(50, 3, seed=1), HEIGHT, WIDTH)
    networks.write_models(work_dir)
    detector = mmdeploy_python.TextDetector(str(work_dir / 'page_det'), 'cpu')
    recognizer = mmdeploy_python.TextRecognizer(str(work_dir / 'page_rec'), 'cpu')
    theirs = networks.PlainOcr(work_dir, warp_with_opencv)

    def ours() -> list[str]:
        return [text for text, _ in recognizer(image, detector(image))]

    found, expected = ours(), theirs(image)
    assert len(found) == len(expected) >= 45, (len(found), len(expected))
    # Patches differ by a level here and there, and random weights make much of it.
    same = sum(a == b for a, b in zip(sorted(found), sorted(expected), strict=True))
    assert same > 0.8 * len(found), f'{same} of {len(found)} texts are the same'
    best = best_of({'ours': ours, 'theirs': lambda: theirs(image)}, rounds)
    return dict(name='page of 50 words, detect and read', other='onnxruntime, OpenCV, NumPy', limit=1 / 1.5, **best)


def write_for_both(folder: Path, work: object) -> None:
    """Write the model of `head` with all that mmdeploy-runtime insists on."""
    del work
    write_detector(folder, word_map(5)[0])
    deploy, pipeline = (json.loads((folder / f'{name}.json').read_text()) for name in ('deploy', 'pipeline'))
    deploy['version'] = '1.3.1'
    deploy['models'][0]['precision'] = 'FP32'
    pipeline['pipeline']['tasks'][0]['transforms'][-1]['meta_keys'].append('scale_factor')
    pipeline['pipeline']['tasks'][1]['output_map'] = {}
    (folder / 'deploy.json').write_text(json.dumps(deploy))
    (folder / 'pipeline.json').write_text(json.dumps(pipeline))


def peer(work_dir: Path, pinned: bool) -> dict:
    """Time DBHead of mmdeploy-runtime; both with the network that does nothing."""
    from benchmarks import pipelines
    pipelines.WORKS['DBHead'] = pipelines.Work('TextDetector', HEIGHT, WIDTH, 0, 1 / 2)
    pipelines.write_model = write_for_both
    row = pipelines.compare(work_dir, 'DBHead', seconds=2, rounds=3, pinned=pinned)
    assert row['results'] == [WORDS, WORDS], row['results']
    return dict(name='TextDetector, whole call', other=pipelines.PEER, limit=row['limit'], ours=row['ours_ms'],
                theirs=row['peer_ms'])


def main() -> int:
    args = parse_arguments(__doc__.splitlines()[0], ROOT / 'build/benchmarks/ocr', peer='mmdeploy-runtime')
    rows = [page(args.work_dir, args.rounds)]
    for where in ('all processors', 'one processor'):
        if where == 'one processor':
            use_one_processor()
        found = [head(args.work_dir, args.rounds),
                 *(warp(args.work_dir, args.rounds, turned) for turned in (0, 5))]
        if args.peer:
            found.append(peer(args.work_dir, pinned=where == 'one processor'))
        rows += [dict(row, name=f"{row['name']}, {where}") for row in found]
    report(rows, args.json)
    return 0


if __name__ == '__main__':
    sys.exit(main())
