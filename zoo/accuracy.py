"""Accuracy of a trained model of the zoo in PyTorch, in every engine and in the SDK, with the code base's own metric.

    python -m zoo.accuracy mmseg [--images 200] [--engines onnxruntime ...] [--work-dir DIR]

Writes the data first, converts with tools/deploy.py, and prints a table.
"""
import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import mmcv
from prettytable import PrettyTable

from mmdeploy.apis import build_task_processor
from mmdeploy.codebase import BaseTask
from mmdeploy.utils import load_config
from tools.test import run

ROOT = Path(__file__).resolve().parents[1]


class Entry(NamedTuple):
    """A trained model."""

    name: str  # of its config and checkpoint
    make_data: str  # the script that writes the held-out data, with `make(folder)`
    data_root: str
    configs: dict[str, str]  # engine -> deploy config
    sdk_config: str
    files: Callable[[mmcv.Config], list[str]]  # keys of data.test that are cut to some images
    metrics: Sequence[str]
    # What is put behind the deploy config of an engine, for the size of the data.
    own: dict[str, str] = {}
    # Rows of `compare_results`: how far each answer is from PyTorch's.
    distances: Sequence[str] = ()


def _mmseg(kind: str) -> str:
    return f'configs/mmseg/segmentation_{kind}.py'


def _mmpose(kind: str) -> str:
    return f'configs/mmpose/pose-detection_{kind}.py'


def _mmedit(kind: str) -> str:
    return f'configs/mmedit/super-resolution/super-resolution_{kind}.py'


ZOO = {
    'mmseg': Entry(
        'unet_digits', 'make_digits_on_photos', 'build/zoo/digits_on_photos', {
            'onnxruntime': _mmseg('onnxruntime_dynamic'),
            'openvino': _mmseg('openvino_dynamic-1024x2048'),
            'ncnn': _mmseg('static'),
            'torchscript': _mmseg('torchscript')
        }, _mmseg('sdk_dynamic'), lambda cfg: ['img_infos'], ('aAcc', 'mIoU', 'mAcc'),
        {'ncnn': 'onnx_config = dict(input_shape=[96, 96])'}),
    'mmedit': Entry(
        'edsr_photos', 'make_photos', 'build/zoo/photos_x2', {
            'onnxruntime': _mmedit('onnxruntime_dynamic'),
            'openvino': _mmedit('openvino_dynamic-256x256'),
            'ncnn': _mmedit('ncnn_dynamic'),
            'torchscript': _mmedit('torchscript')
        }, _mmedit('sdk_dynamic'), lambda cfg: ['data_infos'], ('PSNR', 'SSIM')),
    'mmpose': Entry(
        'hrnet_stick_figures', 'make_stick_figures', 'build/zoo/stick_figures', {
            'onnxruntime': _mmpose('onnxruntime_dynamic'),
            'openvino': _mmpose('openvino_dynamic-256x192'),
            'ncnn': _mmpose('static'),
            'torchscript': _mmpose('torchscript')
        }, _mmpose('sdk_static-256x192'), lambda cfg: ['db'], ('PCK', 'AUC', 'EPE'), {
            'openvino': 'onnx_config = dict(input_shape=[64, 96])\n'
                        'backend_config = dict(model_inputs=[dict(opt_shapes=dict(input=[1, 3, 96, 64]))])',
            'ncnn': '',
            'torchscript': 'ir_config = dict(input_shape=[64, 96])',
            'sdk': 'ext_info = dict(image_size=[64, 96])'
        }, ('median distance, pixels', 'largest distance, pixels')),
}


def make_data(codebase: str) -> None:
    """Write the held-out data."""
    entry = ZOO[codebase]
    path = ROOT / f'zoo/{codebase}/{entry.make_data}.py'
    spec = importlib.util.spec_from_file_location(entry.make_data, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(ROOT / entry.data_root)


def deploy_config(codebase: str, engine: str, folder: Path) -> str:
    """Return the path of the deploy config of an engine, or of `sdk`, for the size of the data."""
    entry = ZOO[codebase]
    path = str(ROOT / (entry.sdk_config if engine == 'sdk' else entry.configs[engine]))
    if engine not in entry.own:
        return path
    bases = [path, f'{ROOT}/configs/_base_/backends/ncnn.py'] if engine == 'ncnn' else [path]
    folder.mkdir(parents=True, exist_ok=True)
    own = folder / f'{engine}_deploy.py'
    own.write_text(f'_base_ = {bases!r}\n{entry.own[engine]}\n')
    return str(own)


def convert(codebase: str, engine: str, folder: Path) -> str:
    """Convert the model into a folder, as an SDK model; return the path of the deploy config.

    Raises:
        RuntimeError: it fails; with the log.
    """
    entry, base = ZOO[codebase], ROOT / f'zoo/{codebase}'
    folder.mkdir(parents=True, exist_ok=True)
    config = deploy_config(codebase, engine, folder)
    image = sorted((ROOT / entry.data_root).rglob('*.png'))[0]
    if codebase == 'mmedit':
        image = sorted((ROOT / entry.data_root / 'lq').glob('*.png'))[0]
    done = subprocess.run([sys.executable, 'tools/deploy.py', config, f'{base}/{entry.name}.py',
                           f'{base}/{entry.name}.pth', str(image), '--work-dir', str(folder), '--dump-info'],
                          cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return config


class Found(NamedTuple):
    """What a model answers for the held-out data."""

    metrics: dict[str, float]
    outputs: list
    task: BaseTask


def evaluate(codebase: str, deploy_config: str, files: Sequence[str] | None, images: int) -> Found:
    """Run converted files, or the checkpoint in PyTorch, on the held-out data."""
    entry, base = ZOO[codebase], ROOT / f'zoo/{codebase}'
    deploy_cfg, model_cfg = load_config(deploy_config, str(base / f'{entry.name}.py'))
    task = build_task_processor(model_cfg, deploy_cfg, 'cpu')
    dataset = task.build_dataset(model_cfg, 'test')
    for name in entry.files(model_cfg):
        setattr(dataset, name, getattr(dataset, name)[:images])
    loader = task.build_dataloader(dataset, 1, 0, dist=False, shuffle=False)
    model = task.init_pytorch_model(str(base / f'{entry.name}.pth')) if files is None else (
        task.init_backend_model(list(files)))
    outputs = run(task, model, loader, argparse.Namespace(device='cpu', show=False, show_dir=None), False)
    options = {'mmseg': dict(metric='mIoU'), 'mmpose': dict(metric=list(entry.metrics))}.get(codebase, {})
    found = dataset.evaluate(outputs, **options)
    return Found({name: float(found[name]) for name in entry.metrics}, outputs, task)


def files_of(folder: Path, engine: str) -> list[str]:
    """Return what an engine loads of a converted model."""
    suffixes = {'openvino': ('.xml', '.bin'), 'ncnn': ('.param', '.bin'), 'torchscript': ('.pt', )}
    return [str(folder / f'end2end{suffix}') for suffix in suffixes.get(engine, ('.onnx', ))]


def main(argv: Sequence[str] | None = None) -> None:
    """Convert, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('codebase', choices=ZOO)
    parser.add_argument('--images', type=int, default=10**6)
    parser.add_argument('--engines', nargs='+', default=['onnxruntime', 'openvino', 'ncnn', 'torchscript'])
    parser.add_argument('--work-dir', type=Path)
    args = parser.parse_args(argv)
    entry = ZOO[args.codebase]
    make_data(args.codebase)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.work_dir or Path(temporary)
        rows = {'PyTorch': evaluate(args.codebase, entry.configs['onnxruntime'], None, args.images)}
        for engine in args.engines:
            config = convert(args.codebase, engine, folder / engine)
            rows[engine] = evaluate(args.codebase, config, files_of(folder / engine, engine), args.images)
        first = args.engines[0]
        rows[f'SDK ({first})'] = evaluate(
            args.codebase, deploy_config(args.codebase, 'sdk', folder), [str(folder / first)], args.images)
    table = PrettyTable(['', *entry.metrics, *entry.distances])
    for name, found in rows.items():
        distances = dict(found.task.compare_results(rows['PyTorch'].outputs, found.outputs) or ())
        table.add_row([name, *(f'{found.metrics[metric]:.4f}' for metric in entry.metrics),
                       *(distances[row] for row in entry.distances)])
    print(table)


if __name__ == '__main__':
    main()
