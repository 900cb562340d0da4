"""Measures how fast a model runs, without pre- and post-processing.

    python tools/profile.py DEPLOY_CFG MODEL_CFG IMAGE_DIR --model FILES... \\
        [--device cpu] [--shape HxW] [--num-iter 100] [--warmup 10]

`--model` is a converted model or a checkpoint (`.pth`). For the folder of an
SDK model the time of each stage is printed as well.
"""
import argparse
import json
import os.path as osp
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# A script named profile.py hides the standard module of that name, which
# PyTorch imports, as long as its folder is searched first.
sys.path[:] = [p for p in sys.path if osp.abspath(p) != osp.dirname(
    osp.abspath(__file__))]

import mmcv  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from mmcv import DictAction  # noqa: E402
from prettytable import PrettyTable  # noqa: E402

from mmdeploy.apis.utils import build_task_processor  # noqa: E402
from mmdeploy.utils import get_backend, get_file_path, get_input_shape, load_config  # noqa: E402
from mmdeploy.utils.timer import TimeCounter  # noqa: E402
from mmdeploy.utils.utils import run_tool  # noqa: E402

_SUFFIXES = ('.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Measure how fast a model runs.')
    parser.add_argument('deploy_cfg', help='deploy config path')
    parser.add_argument('model_cfg', help='model config path')
    parser.add_argument('image_dir', help='folder of images')
    parser.add_argument(
        '--model', nargs='+', required=True, help='files of the model')
    parser.add_argument('--device', default='cuda:0', help='device to run on')
    parser.add_argument(
        '--shape', help='input shape HxW, by default input_shape of the '
        'deploy config')
    parser.add_argument(
        '--warmup', type=int, default=10, help='calls before the measurement')
    parser.add_argument(
        '--num-iter', type=int, default=100, help='measured calls')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override settings of the model config, key=value')
    return parser.parse_args(argv)


def get_images(image_dir: str, total: int) -> list[str]:
    """Return `total` images; too few are repeated, in a fixed order."""
    images = sorted(
        str(path) for path in Path(image_dir).rglob('*')
        if path.suffix.lower() in _SUFFIXES)
    if not images:
        raise FileNotFoundError(
            f'no images in {image_dir!r}, suffixes: {", ".join(_SUFFIXES)}')
    if len(images) < total:
        np.random.seed(1234)
        images += list(np.random.choice(images, total - len(images)))
    return images[:total]


def parse_shape(text: str | None, deploy_cfg: mmcv.Config) -> list[int]:
    """Return [width, height] of `HxW`, or of the deploy config."""
    if text is None:
        shape = get_input_shape(deploy_cfg)
        assert shape is not None, (
            'the deploy config has no input_shape, give one: --shape HxW')
        return list(shape)
    parts = text.lower().split('x')
    assert len(parts) == 2 and all(p.isdigit() for p in parts), (
        f'--shape is {text!r}, expected HxW, e.g. 224x224')
    return [int(parts[1]), int(parts[0])]


def _set_size(model_cfg: mmcv.Config, shape: Sequence[int]) -> None:
    """Let the test pipeline make images of one size."""
    width, height = shape
    for transform in model_cfg.data.test.pipeline:
        if transform['type'] == 'CenterCrop':
            transform['crop_size'] = (height, width)
            transform.pop('efficientnet_style', None)
        elif transform['type'] == 'Resize' and 'size' in transform:
            transform['size'] = (height, width)


class TorchWrapper(torch.nn.Module):
    """A PyTorch model that is timed as a whole."""

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.model = model

    @TimeCounter.count_time('pytorch')
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.model(*args, **kwargs)


def print_settings(shape: Sequence[int], iterations: int,
                   warmup: int) -> None:
    """Print what was measured."""
    table = PrettyTable(header=False)
    table.add_row(['batch size', 1])
    table.add_row(['shape', f'{shape[1]}x{shape[0]}'])
    table.add_row(['iterations', iterations])
    table.add_row(['warmup', warmup])
    print('----- Settings:')
    print(table)


def profile_model(args: argparse.Namespace, deploy_cfg: mmcv.Config,
                  model_cfg: mmcv.Config, images: Sequence[str]) -> None:
    """Print how long the network takes."""
    shape = parse_shape(args.shape, deploy_cfg)
    _set_size(model_cfg, shape)
    task = build_task_processor(model_cfg, deploy_cfg, args.device)
    if args.model[0].endswith('.pth'):
        model = TorchWrapper(task.init_pytorch_model(args.model[0]))
        name = 'pytorch'
    else:
        model = task.init_backend_model(args.model)
        name = get_backend(deploy_cfg).value
    with TimeCounter.activate(
            name,
            warmup=args.warmup,
            log_interval=20,
            with_sync=args.device != 'cpu'), torch.no_grad():
        for image in images:
            data, _ = task.create_input(image, shape)
            task.run_inference(model, data)
    print_settings(shape, args.num_iter, args.warmup)
    print('----- Results:')
    TimeCounter.print_stats(name)


def get_command() -> str:
    """Return the path of the command `mmdeploy`.

    Raises:
        FileNotFoundError: it is not built.
    """
    root = osp.dirname(osp.dirname(osp.abspath(__file__)))
    command = get_file_path(root, ['build/bin/mmdeploy'])
    command = command or shutil.which('mmdeploy')
    if not command:
        raise FileNotFoundError(
            'the command mmdeploy is not built; run ./dev build')
    return command


def measure_stages(folder: str, device: str, images: Sequence[str],
                   warmup: int) -> dict[str, np.ndarray]:
    """Return the milliseconds of each step of an SDK model and of all.

    They are taken inside the pipeline, by the command `mmdeploy infer`.

    Raises:
        RuntimeError: the model cannot be run; the command's own message.
    """
    command = [
        get_command(), 'infer', folder, *images, '--device', device,
        '--profile', '--json', '--trust'
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'cannot profile {folder!r}: {done.stderr.strip()}')
    runs = json.loads(done.stdout)[warmup:]
    stages = {
        step['name']: np.array([run['steps'][i]['ms'] for run in runs])
        for i, step in enumerate(runs[0]['steps'])
    }
    stages['total'] = np.sum(list(stages.values()), axis=0)
    return stages


def profile_sdk(args: argparse.Namespace, images: Sequence[str]) -> None:
    """Print how long each stage of an SDK model takes."""
    stages = measure_stages(args.model[0], args.device, images, args.warmup)
    height, width = mmcv.imread(images[-1]).shape[:2]
    print_settings([width, height], args.num_iter, args.warmup)
    table = PrettyTable()
    table.field_names = ['Stage', 'Median/ms', 'Min/ms', 'Max/ms']
    for stage, times in stages.items():
        table.add_row(
            [stage] +
            [f'{t:.3f}' for t in (np.median(times), times.min(), times.max())])
    print('----- Stages:')
    print(table)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    deploy_cfg, model_cfg = load_config(args.deploy_cfg, args.model_cfg)
    if args.cfg_options is not None:
        model_cfg.merge_from_dict(args.cfg_options)
    images = get_images(args.image_dir, args.warmup + args.num_iter)
    if osp.isdir(args.model[0]):
        profile_sdk(args, images)
    else:
        profile_model(args, deploy_cfg, model_cfg, images)


if __name__ == '__main__':
    run_tool(main)
