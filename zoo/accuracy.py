"""Accuracy of the trained models in PyTorch, in every engine and in the SDK, with the code base's own metric.

    python -m zoo.accuracy mmseg [--images 200] [--engines onnxruntime ...] [--work-dir DIR]

Takes a code base or the name of a model. Writes the data first, converts with tools/deploy.py, and prints a table.
"""
import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from prettytable import PrettyTable

from mmdeploy.apis import build_task_processor
from mmdeploy.codebase import BaseTask
from mmdeploy.utils import load_config
from tools.test import run

ROOT = Path(__file__).resolve().parents[1]


class Entry(NamedTuple):
    """A trained model."""

    codebase: str
    make_data: str  # the script that writes the held-out data, with `make(folder)`
    data_root: str
    sample: str  # the images of the data, as a pattern; the model is traced with the first one
    configs: Mapping[str, str]  # engine -> deploy config
    sdk_config: str
    lists: Sequence[str]  # of the data set, that are cut to some images
    metrics: Sequence[str]
    asked: Mapping[str, Any] = {}  # of the data set's `evaluate`
    # What is put behind the deploy config of an engine, or of `sdk`, for the size of the data.
    own: Mapping[str, str] = {}
    # Rows of `compare_results`: how far each answer is from PyTorch's.
    distances: Sequence[str] = ()


def _mmseg(kind: str) -> str:
    return f'configs/mmseg/segmentation_{kind}.py'


def _mmedit(kind: str) -> str:
    return f'configs/mmedit/super-resolution/super-resolution_{kind}.py'


def _mmocr(task: str, kind: str) -> str:
    return f'configs/mmocr/{task}/{task}_{kind}.py'


def _mmocr_configs(task: str, openvino: str) -> dict[str, str]:
    return dict(onnxruntime=_mmocr(task, 'onnxruntime_dynamic'), openvino=_mmocr(task, f'openvino_dynamic-{openvino}'),
                ncnn=_mmocr(task, 'ncnn_static'), torchscript=_mmocr(task, 'torchscript'))


def _mmpose(kind: str) -> str:
    return f'configs/mmpose/pose-detection_{kind}.py'


def _mmdet(kind: str) -> str:
    return f'configs/mmdet/{kind}.py'


ZOO = {
    'unet_digits': Entry(
        'mmseg', 'make_digits_on_photos', 'build/zoo/digits_on_photos', 'images/test/*.png', {
            'onnxruntime': _mmseg('onnxruntime_dynamic'),
            'openvino': _mmseg('openvino_dynamic-1024x2048'),
            'ncnn': _mmseg('ncnn_static-512x512'),
            'torchscript': _mmseg('torchscript')
        }, _mmseg('sdk_dynamic'), ['img_infos'], ('aAcc', 'mIoU', 'mAcc'), dict(metric='mIoU'),
        {'ncnn': 'onnx_config = dict(input_shape=[96, 96])'}),
    'edsr_photos': Entry(
        'mmedit', 'make_photos', 'build/zoo/photos_x2', 'lq/*.png', {
            'onnxruntime': _mmedit('onnxruntime_dynamic'),
            'openvino': _mmedit('openvino_dynamic-256x256'),
            'ncnn': _mmedit('ncnn_dynamic'),
            'torchscript': _mmedit('torchscript')
        }, _mmedit('sdk_dynamic'), ['data_infos'], ('PSNR', 'SSIM')),
    'retinanet_digits': Entry(
        'mmdet', 'make_digits_on_photos', 'build/zoo/detect_digits', 'images/*.png', {
            'onnxruntime': _mmdet('detection/detection_onnxruntime_dynamic'),
            'openvino': _mmdet('detection/detection_openvino_dynamic-300x300'),
            'ncnn': _mmdet('detection/single-stage_ncnn_static-300x300'),
            'torchscript': _mmdet('detection/detection_torchscript')
        }, _mmdet('detection/detection_sdk_dynamic'), ['data_infos', 'img_ids'], ('bbox_mAP', 'bbox_mAP_50'),
        dict(metric='bbox'), {'ncnn': 'onnx_config = dict(input_shape=[128, 128])'}),
    'mask_rcnn_digits': Entry(
        'mmdet', 'make_digits_on_photos', 'build/zoo/detect_digits', 'images/*.png', {
            'onnxruntime': _mmdet('instance-seg/instance-seg_onnxruntime_dynamic'),
            'openvino': _mmdet('instance-seg/instance-seg_openvino_dynamic-800x1344'),
            'torchscript': _mmdet('instance-seg/instance-seg_torchscript')
        }, _mmdet('instance-seg/instance-seg_sdk_dynamic'), ['data_infos', 'img_ids'],
        ('bbox_mAP', 'bbox_mAP_50', 'segm_mAP', 'segm_mAP_50'), dict(metric=['bbox', 'segm'])),
    'dbnet_texts': Entry(
        'mmocr', 'make_texts', 'build/zoo/texts', 'scenes/*.png', _mmocr_configs('text-detection', '640x640'),
        _mmocr('text-detection', 'sdk_dynamic'), ['data_infos'],
        tuple(f'hmean-iou:{name}' for name in ('recall', 'precision', 'hmean')), dict(metric='hmean-iou')),
    'crnn_texts': Entry(
        'mmocr', 'make_texts', 'build/zoo/texts', 'words/*.png', _mmocr_configs('text-recognition', '1x32x100'),
        _mmocr('text-recognition', 'sdk_dynamic'), ['data_infos'], ('word_acc', ), dict(metric='acc')),
    'hrnet_stick_figures': Entry(
        'mmpose', 'make_stick_figures', 'build/zoo/stick_figures', '**/*.png', {
            'onnxruntime': _mmpose('onnxruntime_dynamic'),
            'openvino': _mmpose('openvino_dynamic-256x192'),
            'ncnn': _mmpose('ncnn_static-256x192'),
            'torchscript': _mmpose('torchscript')
        }, _mmpose('sdk_static-256x192'), ['db'], ('PCK', 'AUC', 'EPE'), dict(metric=['PCK', 'AUC', 'EPE']), {
            'openvino': 'onnx_config = dict(input_shape=[64, 96])\n'
                        'backend_config = dict(model_inputs=[dict(opt_shapes=dict(input=[1, 3, 96, 64]))])',
            'ncnn': 'onnx_config = dict(input_shape=[64, 96])',
            'torchscript': 'ir_config = dict(input_shape=[64, 96])',
            'sdk': 'ext_info = dict(image_size=[64, 96])'
        }, ('median distance, pixels', 'largest distance, pixels')),
}


def checkpoint(name: str) -> str:
    """Return the path of a checkpoint; its config has the same one with `.py`."""
    return str(ROOT / f'zoo/{ZOO[name].codebase}/{name}.pth')


def model_config(name: str) -> str:
    """Return the path of a model config."""
    return str(Path(checkpoint(name)).with_suffix('.py'))


def make_data(name: str) -> None:
    """Write the held-out data."""
    entry = ZOO[name]
    path = ROOT / f'zoo/{entry.codebase}/{entry.make_data}.py'
    spec = importlib.util.spec_from_file_location(entry.make_data, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(ROOT / entry.data_root)


def deploy_config(name: str, engine: str, folder: Path) -> str:
    """Return the path of the deploy config of an engine, or of `sdk`, for the size of the data."""
    entry = ZOO[name]
    path = str(ROOT / (entry.sdk_config if engine == 'sdk' else entry.configs[engine]))
    if engine not in entry.own:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    own = folder / f'{engine}_deploy.py'
    own.write_text(f'_base_ = [{path!r}]\n{entry.own[engine]}\n')
    return str(own)


def convert(name: str, engine: str, folder: Path) -> str:
    """Convert the model into a folder, as an SDK model; return the path of the deploy config.

    Raises:
        RuntimeError: it fails; with the log.
    """
    entry = ZOO[name]
    folder.mkdir(parents=True, exist_ok=True)
    config = deploy_config(name, engine, folder)
    image = sorted((ROOT / entry.data_root).glob(entry.sample))[0]
    done = subprocess.run([sys.executable, 'tools/deploy.py', config, model_config(name), checkpoint(name), str(image),
                           '--work-dir', str(folder), '--dump-info'], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return config


class Found(NamedTuple):
    """What a model answers for the held-out data."""

    metrics: dict[str, float]
    outputs: list
    task: BaseTask


def evaluate(name: str, config: str, files: Sequence[str] | None, images: int) -> Found:
    """Run converted files, or the checkpoint in PyTorch, on the held-out data."""
    entry = ZOO[name]
    deploy_cfg, model_cfg = load_config(config, model_config(name))
    task = build_task_processor(model_cfg, deploy_cfg, 'cpu')
    dataset = task.build_dataset(model_cfg, 'test')
    for attribute in entry.lists:
        every = getattr(dataset, attribute)
        setattr(dataset, attribute, [every[i] for i in range(min(images, len(every)))])
    loader = task.build_dataloader(dataset, 1, 0, dist=False, shuffle=False)
    model = task.init_pytorch_model(checkpoint(name)) if files is None else task.init_backend_model(list(files))
    outputs = run(task, model, loader, argparse.Namespace(device='cpu', show=False, show_dir=None), False)
    found = dataset.evaluate(outputs, **entry.asked)
    return Found({metric: float(found[metric]) for metric in entry.metrics}, outputs, task)


def files_of(folder: Path, engine: str) -> list[str]:
    """Return what an engine loads of a converted model."""
    suffixes = {'openvino': ('.xml', '.bin'), 'ncnn': ('.param', '.bin'), 'torchscript': ('.pt', )}
    return [str(folder / f'end2end{suffix}') for suffix in suffixes.get(engine, ('.onnx', ))]


def compare(name: str, engines: Sequence[str], images: int, folder: Path) -> PrettyTable:
    """Return the table of a model: PyTorch, each engine, and the SDK with the first one."""
    entry = ZOO[name]
    engines = [engine for engine in engines if engine in entry.configs]
    make_data(name)
    rows = {'PyTorch': evaluate(name, entry.configs[engines[0]], None, images)}
    for engine in engines:
        config = convert(name, engine, folder / engine)
        rows[engine] = evaluate(name, config, files_of(folder / engine, engine), images)
    sdk = deploy_config(name, 'sdk', folder)
    rows[f'SDK ({engines[0]})'] = evaluate(name, sdk, [str(folder / engines[0])], images)
    table = PrettyTable([name, *entry.metrics, *entry.distances])
    for row, found in rows.items():
        distances = dict(found.task.compare_results(rows['PyTorch'].outputs, found.outputs) or ())
        table.add_row([row, *(f'{found.metrics[metric]:.4f}' for metric in entry.metrics),
                       *(distances[key] for key in entry.distances)])
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Convert, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('models', choices=[*ZOO, *sorted({entry.codebase for entry in ZOO.values()})])
    parser.add_argument('--images', type=int, default=10**6)
    parser.add_argument('--engines', nargs='+', default=['onnxruntime', 'openvino', 'ncnn', 'torchscript'])
    parser.add_argument('--work-dir', type=Path)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        for name in [name for name, entry in ZOO.items() if args.models in (name, entry.codebase)]:
            print(compare(name, args.engines, args.images, (args.work_dir or Path(temporary)) / name), flush=True)


if __name__ == '__main__':
    main()
