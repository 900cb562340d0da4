"""Compares the engines on one machine: speed, memory, load time, accuracy and parity.

    python -m benchmarks.compare_engines [--work-dir DIR] [--engines NAMES...] [--batches 1 8] [--seconds 1]

Every deploy config of mmcls with a dynamic size (or the only one of its engine and precision) converts two models
through `tools/deploy.py`: the zoo's classifier of digits, for accuracy and parity with PyTorch on the held-out images,
and a ResNet-18 with random weights at 224x224, for speed. Each engine is measured in a process of its own, through
the SDK's interface of networks. Writes a table, `engines.json` and `engines.png`; says which precision really ran.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
ZOO = ROOT / 'zoo' / 'mmcls'
SIZES = {'digits': 32, 'resnet18': 224}
_CONFIG = re.compile(r'classification_(?P<engine>[a-z]+)(?:-(?P<precision>fp16|int8))?(?:_(?P<kind>static|dynamic).*)?')


def find_configs(engines: Sequence[str] | None) -> dict[str, Path]:
    """Return a deploy config per engine and precision (`onnxruntime`, `openvino-fp16`), a dynamic one if possible."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / 'configs' / 'mmcls').glob('classification_*.py')):
        match = _CONFIG.fullmatch(path.stem)
        if match is None or match['engine'] in ('static', 'dynamic', 'sdk'):
            continue
        name = '-'.join(filter(None, (match['engine'], match['precision'])))
        wanted = engines is None or match['engine'] in engines
        if wanted and (name not in found or match['kind'] == 'dynamic'):
            found[name] = path
    return found


# ------------------------------------------------------------------------------------------------ one engine


def _load(model: Path, threads: int) -> Any:
    """Load the network of an SDK model."""
    from mmdeploy.backend.base.native import import_native
    spec = json.loads((model / 'deploy.json').read_text())['models'][0]
    weights = model / spec['weights'] if spec['weights'] else None
    return import_native().Net(
        model / spec['net'], spec['backend'], num_threads=threads, weights=weights, precision=spec['precision'],
        trusted=True)


def _resident_mb() -> float:
    import psutil
    return psutil.Process().memory_info().rss / 2**20


def _measure(call: Callable[[], Any], seconds: float) -> dict[str, float]:
    """Return milliseconds per call after a warm-up."""
    for _ in range(3):
        call()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return dict(mean=np.mean(times), median=np.median(times), min=np.min(times), max=np.max(times), count=len(times))


def _calls_per_second(net: Any, inputs: dict, callers: int, seconds: float) -> float:
    """Return how often several threads together run a network."""
    counts = [0] * callers
    end = time.perf_counter() + seconds

    def run(index: int) -> None:
        while time.perf_counter() < end:
            net(inputs)
            counts[index] += 1

    workers = [threading.Thread(target=run, args=(i,)) for i in range(callers)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.perf_counter() - start)


def _speed(model: Path, batches: Sequence[int], seconds: float) -> dict:
    """Measure the speed of one network."""
    from mmdeploy.backend.base.native import get_engine_version
    size = SIZES['resnet18']
    engine = json.loads((model / 'deploy.json').read_text())['models'][0]['backend']
    get_engine_version(engine)  # opens the engine's library, which is not the model's cost
    before, start = _resident_mb(), time.perf_counter()
    net = _load(model, 1)
    result: dict[str, Any] = dict(load_ms=1e3 * (time.perf_counter() - start), precision=net.precision, batches={})
    name = net.inputs[0].name
    for batch in batches:
        inputs = {name: np.random.default_rng(0).random((batch, 3, size, size), np.float32)}
        try:
            net(inputs)
        except (RuntimeError, ValueError) as error:
            result['batches'][batch] = dict(error=str(error).splitlines()[0])
            continue
        times = _measure(lambda inputs=inputs: net(inputs), seconds)
        result['batches'][batch] = dict(times, fps=1e3 * batch / times['median'])
    result['memory_mb'] = _resident_mb() - before
    inputs = {name: np.zeros((1, 3, size, size), np.float32)}
    result['callers'] = {}
    for threads in (1, 2):
        net = _load(model, threads)
        _calls_per_second(net, inputs, 1, 0.2)
        for callers in (1, 2):
            result['callers'][f'{callers}x{threads}'] = _calls_per_second(net, inputs, callers, seconds)
    return result


def _accuracy(model: Path, reference: Path) -> dict:
    """Compare the labels and scores of the held-out digits with those of PyTorch."""
    data = np.load(reference)
    net = _load(model, 1)
    name = net.inputs[0].name
    scores = np.concatenate([np.asarray(next(iter(net({name: x[None]}).values()))) for x in data['images']])
    labels = scores.argmax(1)
    difference = np.abs(scores - data['scores']).max() / np.abs(data['scores']).max()
    return dict(top1=float((labels == data['labels']).mean()), same_label=float(
        (labels == data['scores'].argmax(1)).mean()), parity=float(difference))


def measure_engine(args: argparse.Namespace) -> None:
    """Print the measurements of one engine as JSON; runs in a process of its own."""
    work = Path(args.work_dir) / args.child
    result = _speed(work / 'resnet18', args.batches, args.seconds)
    result.update(_accuracy(work / 'digits', Path(args.work_dir) / 'reference.npz'))
    print(json.dumps(result, default=float))


# ---------------------------------------------------------------------------------------------- all engines


def _write_models(work: Path) -> dict[str, tuple[Path, Path]]:
    """Write config and checkpoint of the models; returns them by name."""
    import mmcv
    import torch
    from mmcls.models import build_classifier
    torch.manual_seed(0)
    config = mmcv.Config.fromfile(str(ZOO / 'resnet18_digits.py'))
    config.model.backbone.update(stem_channels=64, base_channels=64)
    config.model.head.in_channels = 512
    for transform in config.data.test.pipeline:
        if transform['type'] == 'Resize':
            transform['size'] = (256, -1)
        elif transform['type'] == 'CenterCrop':
            transform['crop_size'] = SIZES['resnet18']
    path, checkpoint = work / 'resnet18.py', work / 'resnet18.pth'
    config.dump(str(path))
    torch.save(dict(state_dict=build_classifier(config.model).state_dict()), checkpoint)
    return dict(digits=(ZOO / 'resnet18_digits.py', ZOO / 'resnet18_digits.pth'), resnet18=(path, checkpoint))


def _write_reference(work: Path) -> None:
    """Write the held-out digits, preprocessed, with their labels and PyTorch's scores."""
    import mmcv
    import torch
    from mmcls.apis import init_model
    from mmcls.datasets import build_dataset

    from zoo.mmcls.make_digits import make_digits
    make_digits(work / 'images')
    config = mmcv.Config.fromfile(str(ZOO / 'resnet18_digits.py'))
    config.data.test.data_prefix = str(work / 'images' / 'test')
    dataset = build_dataset(config.data.test)
    model = init_model(config, str(ZOO / 'resnet18_digits.pth'), 'cpu')
    images = torch.stack([dataset[i]['img'] for i in range(len(dataset))])
    with torch.no_grad():
        scores = model.simple_test(images, softmax=True, post_process=False)
    np.savez(work / 'reference.npz', images=images.numpy(), scores=scores.numpy(),
             labels=np.asarray(dataset.get_gt_labels()))


def _run(command: Sequence[str]) -> str:
    done = subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, 'PYTHONPATH': str(ROOT)})
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(map(str, command))} failed:\n{(done.stdout + done.stderr)[-2000:]}')
    return done.stdout


def _fix_size(config: Path, size: int, work: Path) -> Path:
    """Return a deploy config like `config` for inputs of one size."""
    path = work / f'{config.stem}-{size}.py'
    path.write_text(f"_base_ = ['{config}']\n"
                    f'backend_config = dict(model_inputs=[dict(opt_shapes=dict(input=[1, 3, {size}, {size}]))])\n')
    return path


def measure(name: str, config: Path, models: dict, args: argparse.Namespace) -> dict:
    """Convert both models for one engine and measure them."""
    work = Path(args.work_dir)
    for model, (model_config, checkpoint) in models.items():
        folder = work / name / model
        if not (folder / 'deploy.json').exists():
            image = ZOO / 'images' / 'digit_7.png'
            deploy_config = _fix_size(config, SIZES[model], work) if 'x224' in config.stem else config
            _run(['tools/deploy.py', deploy_config, model_config, checkpoint, image, '--work-dir', folder,
                  '--dump-info'])
    out = _run(['-m', 'benchmarks.compare_engines', '--child', name, '--work-dir', args.work_dir, '--seconds',
                args.seconds, '--batches', *args.batches])
    return json.loads(out.splitlines()[-1])


def print_tables(results: dict[str, dict], batches: Sequence[int]) -> None:
    """Print speed, accuracy and callers."""
    from prettytable import PrettyTable
    table = PrettyTable(['engine', 'ran in', 'batch', 'mean/ms', 'median', 'min', 'max', 'FPS', 'load/ms', 'memory/MB',
                         'top-1', 'same label', 'parity'])
    for name, row in results.items():
        for batch in batches:
            cell = row['batches'][str(batch)]
            speed = ['-'] * 5 if 'error' in cell else [
                *(f'{cell[key]:.2f}' for key in ('mean', 'median', 'min', 'max')), f'{cell["fps"]:.1f}']
            table.add_row([name, row['precision'] or 'as the model', batch, *speed,
                           f'{row["load_ms"]:.0f}', f'{row["memory_mb"]:.0f}',
                           f'{row["top1"]:.2%}', f'{row["same_label"]:.2%}', f'{row["parity"]:.1e}'])
    print(f'ResNet-18 224x224, one thread per call; accuracy and parity on 360 held-out digits\n{table}')
    callers = PrettyTable(['engine', '1 caller x 1 thread', '2 x 1', '1 x 2', '2 x 2', '2 callers / 1, 1 thread'])
    for name, row in results.items():
        rates = row['callers']
        callers.add_row([name, *(f'{rates[key]:.1f}' for key in ('1x1', '2x1', '1x2', '2x2')),
                         f'{rates["2x1"] / rates["1x1"]:.2f}'])
    print(f'calls per second, callers x threads inside a call\n{callers}')
    for name, row in results.items():
        for batch, cell in row['batches'].items():
            if 'error' in cell:
                print(f'{name}, batch {batch}: {cell["error"]}')


def draw(results: dict[str, dict], batches: Sequence[int], path: Path) -> None:
    """Draw images per second as bars."""
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(1.5 + 1.6 * len(results), 4))
    width = 0.8 / len(batches)
    for i, batch in enumerate(batches):
        values = [row['batches'][str(batch)].get('fps', 0) for row in results.values()]
        bars = axes.bar(np.arange(len(results)) + (i - (len(batches) - 1) / 2) * width, values, width,
                        label=f'batch {batch}')
        axes.bar_label(bars, fmt='%.0f')
    axes.set_xticks(np.arange(len(results)),
                    [f'{name}\n{row["precision"] or "as the model"}' for name, row in results.items()])
    axes.set_ylabel('images per second, one thread')
    axes.set_title('ResNet-18 at 224x224')
    axes.margins(y=0.25)
    axes.legend(loc='upper center', ncols=len(batches))
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description='Compare the engines on this machine.')
    parser.add_argument('--work-dir', default=str(ROOT / 'build' / 'engines'), help='folder of models and results')
    parser.add_argument('--engines', nargs='+', help='engines to compare; default: all that have a config')
    parser.add_argument('--batches', nargs='+', type=int, default=[1, 8], help='batch sizes')
    parser.add_argument('--seconds', type=float, default=2, help='time per measurement')
    parser.add_argument('--child', help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    args.work_dir = os.path.abspath(args.work_dir)
    if args.child:
        return measure_engine(args)
    work = Path(args.work_dir)
    work.mkdir(parents=True, exist_ok=True)
    models = _write_models(work)
    if not (work / 'reference.npz').exists():
        _write_reference(work)
    results, failed = {}, {}
    for name, config in find_configs(args.engines).items():
        print(f'{name} ...', file=sys.stderr, flush=True)
        try:
            results[name] = measure(name, config, models, args)
        except RuntimeError as error:
            failed[name] = str(error)
    (work / 'engines.json').write_text(json.dumps(dict(results=results, failed=failed), indent=2))
    if results:
        print_tables(results, args.batches)
        draw(results, args.batches, work / 'engines.png')
    for name, error in failed.items():
        print(f'{name} failed: {error}', file=sys.stderr)
    print(f'written to {work / "engines.json"} and {work / "engines.png"}')
    if failed:
        sys.exit(1)


if __name__ == '__main__':
    main()
