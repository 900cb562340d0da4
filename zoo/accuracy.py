"""Accuracy of a trained model of the zoo in PyTorch, in every engine and in the SDK, with the code base's own metric.

    python -m zoo.accuracy mmseg [--images 200] [--engines onnxruntime ...] [--work-dir DIR]

Writes the data first, converts with tools/deploy.py, and prints a table for each model of the code base.
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
    metric: str | None = None  # what the data set is asked for, if it must be


def _mmseg(kind: str) -> str:
    return f'configs/mmseg/segmentation_{kind}.py'


def _mmedit(kind: str) -> str:
    return f'configs/mmedit/super-resolution/super-resolution_{kind}.py'


def _mmocr(task: str, kind: str) -> str:
    return f'configs/mmocr/{task}/{task}_{kind}.py'


def _mmocr_configs(task: str, openvino: str) -> dict[str, str]:
    return dict(onnxruntime=_mmocr(task, 'onnxruntime_dynamic'), openvino=_mmocr(task, f'openvino_dynamic-{openvino}'),
                ncnn=_mmocr(task, 'ncnn_static'), torchscript=_mmocr(task, 'torchscript'))


# By code base, with the task where it has several.
ZOO = {
    'mmseg': Entry(
        'unet_digits', 'make_digits_on_photos', 'build/zoo/digits_on_photos', {
            'onnxruntime': _mmseg('onnxruntime_dynamic'),
            'openvino': _mmseg('openvino_dynamic-1024x2048'),
            'ncnn': _mmseg('static'),
            'torchscript': _mmseg('torchscript')
        }, _mmseg('sdk_dynamic'), lambda cfg: ['img_infos'], ('aAcc', 'mIoU', 'mAcc'), 'mIoU'),
    'mmedit': Entry(
        'edsr_photos', 'make_photos', 'build/zoo/photos_x2', {
            'onnxruntime': _mmedit('onnxruntime_dynamic'),
            'openvino': _mmedit('openvino_dynamic-256x256'),
            'ncnn': _mmedit('ncnn_dynamic'),
            'torchscript': _mmedit('torchscript')
        }, _mmedit('sdk_dynamic'), lambda cfg: ['data_infos'], ('PSNR', 'SSIM')),
    'mmocr/detection': Entry(
        'dbnet_texts', 'make_texts', 'build/zoo/texts', _mmocr_configs('text-detection', '640x640'),
        _mmocr('text-detection', 'sdk_dynamic'), lambda cfg: ['data_infos'],
        tuple(f'hmean-iou:{name}' for name in ('recall', 'precision', 'hmean')), 'hmean-iou'),
    'mmocr/recognition': Entry(
        'crnn_texts', 'make_texts', 'build/zoo/texts', _mmocr_configs('text-recognition', '1x32x100'),
        _mmocr('text-recognition', 'sdk_dynamic'), lambda cfg: ['data_infos'], ('word_acc', ), 'acc'),
}


def folder_of(name: str) -> Path:
    """Return where the files of an entry of the zoo lie."""
    return ROOT / 'zoo' / name.partition('/')[0]


def make_data(name: str) -> None:
    """Write the held-out data."""
    entry = ZOO[name]
    path = folder_of(name) / f'{entry.make_data}.py'
    spec = importlib.util.spec_from_file_location(entry.make_data, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(ROOT / entry.data_root)


def _deploy_config(name: str, engine: str, folder: Path) -> str:
    """Return the path of a deploy config; ncnn's has the size of the data."""
    path = str(ROOT / ZOO[name].configs[engine])
    if (name, engine) != ('mmseg', 'ncnn'):
        return path
    own = folder / 'ncnn_static-96x96.py'
    own.write_text(f"_base_ = ['{path}', '{ROOT}/configs/_base_/backends/ncnn.py']\n"
                   'onnx_config = dict(input_shape=[96, 96])\n')
    return str(own)


def convert(name: str, engine: str, folder: Path) -> str:
    """Convert the model into a folder, as an SDK model; return the path of the deploy config.

    Raises:
        RuntimeError: it fails; with the log.
    """
    entry, base = ZOO[name], folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    config = _deploy_config(name, engine, folder)
    image = sorted((ROOT / entry.data_root).rglob('*.png'))[0]
    inputs = {'mmedit': 'lq', 'mmocr/recognition': 'words'}.get(name, None)
    if inputs is not None:
        image = sorted((ROOT / entry.data_root / inputs).glob('*.png'))[0]
    done = subprocess.run([sys.executable, 'tools/deploy.py', config, f'{base}/{entry.name}.py',
                           f'{base}/{entry.name}.pth', str(image), '--work-dir', str(folder), '--dump-info'],
                          cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return config


def evaluate(name: str, deploy_config: str, files: Sequence[str] | None, images: int) -> dict[str, float]:
    """Return the metrics of converted files, or of the checkpoint in PyTorch."""
    entry, base = ZOO[name], folder_of(name)
    deploy_cfg, model_cfg = load_config(deploy_config, str(base / f'{entry.name}.py'))
    task = build_task_processor(model_cfg, deploy_cfg, 'cpu')
    dataset = task.build_dataset(model_cfg, 'test')
    for key in entry.files(model_cfg):
        every = getattr(dataset, key)
        setattr(dataset, key, [every[i] for i in range(min(images, len(every)))])
    loader = task.build_dataloader(dataset, 1, 0, dist=False, shuffle=False)
    model = task.init_pytorch_model(str(base / f'{entry.name}.pth')) if files is None else (
        task.init_backend_model(list(files)))
    outputs = run(task, model, loader, argparse.Namespace(device='cpu', show=False, show_dir=None), False)
    found = dataset.evaluate(outputs, *([entry.metric] if entry.metric else []))
    return {key: float(found[key]) for key in entry.metrics}


def files_of(folder: Path, engine: str) -> list[str]:
    """Return what an engine loads of a converted model."""
    suffixes = {'openvino': ('.xml', '.bin'), 'ncnn': ('.param', '.bin'), 'torchscript': ('.pt', )}
    return [str(folder / f'end2end{suffix}') for suffix in suffixes.get(engine, ('.onnx', ))]


def measure(name: str, engines: Sequence[str], images: int, folder: Path) -> PrettyTable:
    """Convert a model for engines, evaluate it everywhere, and return a table."""
    entry = ZOO[name]
    make_data(name)
    rows = {'PyTorch': evaluate(name, entry.configs['onnxruntime'], None, images)}
    for engine in engines:
        config = convert(name, engine, folder / engine)
        rows[engine] = evaluate(name, config, files_of(folder / engine, engine), images)
    first = engines[0]
    rows[f'SDK ({first})'] = evaluate(name, entry.sdk_config, [str(folder / first)], images)
    table = PrettyTable([name, *entry.metrics])
    for place, found in rows.items():
        table.add_row([place, *(f'{found[metric]:.4f}' for metric in entry.metrics)])
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Convert, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('codebase', choices=sorted({name.partition('/')[0] for name in ZOO}))
    parser.add_argument('--images', type=int, default=10**6)
    parser.add_argument('--engines', nargs='+', default=['onnxruntime', 'openvino', 'ncnn', 'torchscript'])
    parser.add_argument('--work-dir', type=Path)
    args = parser.parse_args(argv)
    for name in ZOO:
        if name.partition('/')[0] == args.codebase:
            with tempfile.TemporaryDirectory() as temporary:
                folder = (args.work_dir or Path(temporary)) / name
                print(measure(name, args.engines, args.images, folder), flush=True)


if __name__ == '__main__':
    main()
