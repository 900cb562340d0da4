"""Converts a PyTorch model to an engine, and to an SDK model.

    python tools/deploy.py DEPLOY_CFG MODEL_CFG CHECKPOINT IMG \\
        --work-dir work_dir --dump-info

The steps end at the first one that fails, but for a picture that cannot be
drawn: that is a warning. What is written gets its name only when it is
complete. At the end a table shows files, sizes, the difference between PyTorch
and the engine, and times.
"""
import argparse
import logging
import os
import os.path as osp
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.table import Table

from mmdeploy.apis import (
    create_calib_input_data,
    extract_model,
    get_predefined_partition_cfg,
    torch2onnx,
    torch2torchscript,
    visualize_model,
)
from mmdeploy.apis.inputs import check_inputs
from mmdeploy.apis.parity import compare_with_pytorch
from mmdeploy.apis.sdk import export2SDK
from mmdeploy.apis.utils import build_task_processor
from mmdeploy.apis.visualize import DrawingError
from mmdeploy.backend.base import get_backend_manager
from mmdeploy.codebase import BaseTask
from mmdeploy.codebase.base import check_images
from mmdeploy.model.golden import write_golden
from mmdeploy.utils import (
    IR,
    Backend,
    get_backend,
    get_calib_filename,
    get_codebase,
    get_ir_config,
    get_partition_config,
    get_task_type,
    load_config,
)
from mmdeploy.utils.config_utils import get_part_axes
from mmdeploy.utils.logging import tracer_warnings_counted, warnings_once
from mmdeploy.utils.utils import add_log_level, make_folder, set_log_level


class StepError(RuntimeError):
    """A step of the conversion failed."""


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Convert a PyTorch model to an engine.')
    parser.add_argument('deploy_cfg', help='deploy config path')
    parser.add_argument('model_cfg', help='model config path')
    parser.add_argument('checkpoint', help='model checkpoint path')
    parser.add_argument('img', help='image used to trace the model')
    parser.add_argument('--test-img', help='image used to test the model')
    parser.add_argument(
        '--work-dir', default=os.getcwd(), help='folder of what is written')
    parser.add_argument(
        '--calib-dataset-cfg',
        help='config with the data set for calibration, by default the '
        'validation data of the model config')
    parser.add_argument(
        '--device', default='cpu', help='device used for conversion')
    add_log_level(parser)
    parser.add_argument(
        '--show', action='store_true', help='show the results in a window')
    parser.add_argument(
        '--dump-info', action='store_true', help='write what the SDK needs')
    parser.add_argument(
        '--no-golden',
        action='store_true',
        help='with --dump-info: leave out the data for `mmdeploy verify`')
    parser.add_argument(
        '--quant-image-dir', help='images for post-training quantization')
    parser.add_argument(
        '--quant', action='store_true', help='quantize the model')
    parser.add_argument(
        '--uri',
        help='ipv4:port or ipv6:port of an edge device; for the backend snpe, which this release lacks')
    return parser.parse_args(argv)


class Steps:
    """Runs the steps of a conversion and shows how far it is."""

    def __init__(self, console: Console, total: int):
        self._console = console
        self._total = total
        self.times: dict[str, float] = {}

    @contextmanager
    def step(self, name: str):
        """Show one step.

        Raises:
            StepError: the step raised; its cause is kept.
        """
        number = len(self.times) + 1
        label = f'[{number}/{self._total}] {name}'
        logging.getLogger('mmdeploy').info(f'{name} start.')
        start = time.perf_counter()
        with self._console.status(label):
            try:
                with tracer_warnings_counted():
                    yield
            except Exception as error:
                logging.getLogger('mmdeploy').debug(
                    f'{name} failed.', exc_info=True)
                message = str(error) or 'no message'
                raise StepError(f'{name} failed. {type(error).__name__}: '
                                f'{message}') from error
        self.times[name] = time.perf_counter() - start
        logging.getLogger('mmdeploy').info(f'{name} success.')
        self._console.print(f'{label}: {self.times[name]:.1f} s',
                            highlight=False)


def convert_to_ir(args: argparse.Namespace, task: BaseTask) -> list[str]:
    """Export the PyTorch model.

    Returns:
        The exported file.
    """
    deploy_cfg = task.deploy_cfg
    ir_config = get_ir_config(deploy_cfg)
    for key in ('type', 'save_file'):
        if key not in ir_config:
            raise KeyError(
                f'deploy config: onnx_config.{key} is missing; inherit '
                'configs/_base_/onnx_config.py by _base_')
    exporters = {IR.ONNX: torch2onnx, IR.TORCHSCRIPT: torch2torchscript}
    ir = IR.get(ir_config['type'])
    if ir not in exporters:
        raise KeyError(f'Unexpected IR type {ir.value!r}, allowed: onnx, '
                       'torchscript')
    save_file = ir_config['save_file']
    exporters[ir](
        args.img,
        args.work_dir,
        save_file,
        deploy_cfg,
        task.model_cfg,
        args.checkpoint,
        device=args.device,
        task_processor=task)
    return [osp.join(args.work_dir, save_file)]


def partition(args: argparse.Namespace, task: BaseTask, partition_config: dict, ir_file: str) -> list[str]:
    """Cut the exported model; return the files of its parts."""
    parts = partition_config.get('partition_cfg', None)
    if parts is None:
        parts = get_predefined_partition_cfg(task.deploy_cfg, partition_config['type'])
    files = []
    for part in parts:
        path = osp.join(args.work_dir, part['save_file'])
        extract_model(
            ir_file,
            part['start'],
            part['end'],
            dynamic_axes=get_part_axes(task.deploy_cfg, part),
            save_file=path)
        files.append(path)
    return files


def _size(path: str) -> int:
    """Return the bytes of a file or folder."""
    if osp.isfile(path):
        return osp.getsize(path)
    return sum(_size(osp.join(path, name)) for name in os.listdir(path))


def _with_companions(files: Sequence[str], since: float) -> list[str]:
    """Return files and those of the same stem written since a time: an engine's weights lie beside its network."""
    found = list(files)
    for path in files:
        folder, stem = osp.split(osp.splitext(path)[0])
        for name in sorted(os.listdir(folder or '.')):
            other = osp.join(folder, name)
            if osp.splitext(name)[0] == stem and osp.getmtime(other) >= since:
                found.append(other)
    return found


def show_summary(console: Console, work_dir: str, files: Sequence[str],
                 parity: Sequence[tuple[str, str]], times: dict[str, float]) -> None:
    """Print files, sizes, parity and times."""
    table = Table(title=f'Summary of {work_dir}', title_justify='left')
    table.add_column('what', no_wrap=True)
    table.add_column('value', overflow='fold')
    for path in dict.fromkeys(files):
        table.add_row(
            osp.relpath(path, work_dir), f'{_size(path) / 1024:,.1f} kB')
    for row in parity:
        table.add_row(*row)
    for name, seconds in times.items():
        table.add_row(name, f'{seconds:.1f} s')
    table.add_row('total', f'{sum(times.values()):.1f} s')
    console.print(table)


def _visualize(args: argparse.Namespace, task: BaseTask, model: list[str], backend: Backend) -> str:
    """Draw the result of a model; return the picture, which does not exist after a warning that drawing failed."""
    name = f'output_{backend.value}.jpg'
    path = osp.join(args.work_dir, name)
    # The suffix must stay last: it decides the format of the picture.
    temporary = osp.join(args.work_dir, f'part.{name}')
    with suppress(FileNotFoundError):
        os.remove(path)  # of an earlier run
    try:
        visualize_model(
            task.model_cfg,
            task.deploy_cfg,
            model,
            args.test_img,
            args.device,
            backend=backend,
            output_file=temporary,
            show_result=args.show,
            task_processor=task)
        if not args.show:
            os.replace(temporary, path)
    except DrawingError as error:  # the model is converted all the same
        logger = logging.getLogger('mmdeploy')
        logger.debug('', exc_info=True)
        logger.warning(f'{name} is not written, the conversion goes on: {error}')
        with suppress(FileNotFoundError):
            os.remove(temporary)
    return path


def _check_arguments(args: argparse.Namespace) -> None:
    """Find mistakes before minutes are spent.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: an image cannot be read.
    """
    for name in ('deploy_cfg', 'model_cfg', 'checkpoint', 'img', 'test_img'):
        path = getattr(args, name)
        if '://' not in path and not osp.isfile(path):
            raise FileNotFoundError(
                f'{name.replace("_", " ")} {path!r} does not exist')
    check_images([path for path in (args.img, args.test_img) if '://' not in path])
    if args.uri is not None:
        raise NotImplementedError('--uri is for the backend snpe, which this release lacks')
    if args.quant or args.quant_image_dir is not None:
        raise NotImplementedError(
            '--quant and --quant-image-dir are for the backend ncnn: this release has no quantization')


def _prepare(args: argparse.Namespace) -> tuple[BaseTask, type]:
    """Return the task processor and the engine's manager, after everything that needs no model is checked."""
    _check_arguments(args)
    deploy_cfg, model_cfg = load_config(args.deploy_cfg, args.model_cfg)
    get_codebase(deploy_cfg)
    get_task_type(deploy_cfg)
    backend = get_backend(deploy_cfg)
    manager = get_backend_manager(backend)
    manager.check_convertible()
    if not manager.is_available():
        raise ImportError(f'backend {backend.value!r} is not available: '
                          f'{manager.explain_missing()}')
    make_folder(args.work_dir)
    task = build_task_processor(model_cfg, deploy_cfg, args.device)
    task.check_convertible()
    if args.dump_info:
        task.get_sdk_save_file()  # refuses what the SDK cannot run
    check_inputs(task, args.img)
    return task, manager


def convert(args: argparse.Namespace, console: Console) -> None:
    """Run all steps.

    Raises:
        StepError: the first step that failed.
    """
    golden = args.dump_info and not args.no_golden
    steps = Steps(console, total=5 + args.dump_info + golden)
    with steps.step('check of the configs'):
        task, manager = _prepare(args)
    start = time.time()
    deploy_cfg = task.deploy_cfg
    backend = get_backend(deploy_cfg)
    partition_config = get_partition_config(deploy_cfg)
    calib_file = get_calib_filename(deploy_cfg)
    steps._total += (partition_config is not None) + (calib_file is not None)
    written: list[str] = []

    ir_name = get_ir_config(deploy_cfg).get('type', 'onnx')
    with steps.step(f'torch2{ir_name}'):
        ir_files = convert_to_ir(args, task)
        written += ir_files
    if partition_config is not None:
        with steps.step('partition'):
            ir_files = partition(args, task, partition_config, ir_files[0])
            written += ir_files
    if calib_file is not None:
        with steps.step('calibration data'):
            path = osp.join(args.work_dir, calib_file)
            create_calib_input_data(path, deploy_cfg, task.model_cfg,
                                    args.checkpoint, args.calib_dataset_cfg,
                                    'val', args.device, task_processor=task)
            written.append(path)
    with steps.step(f'conversion to {backend.value}'):
        backend_files = manager.to_backend(ir_files, args.work_dir,
                                           deploy_cfg, args.device)
        written += _with_companions(backend_files, start)

    parity: list[tuple[str, str]] = []
    with steps.step(f'comparison of {backend.value} with PyTorch'):
        if partition_config is None:
            parity = compare_with_pytorch(task, args.checkpoint, backend_files, args.test_img)
    with steps.step('visualize'):
        for engine, model in ((backend, backend_files),
                              (Backend.PYTORCH, [args.checkpoint])):
            written.append(_visualize(args, task, model, engine))
    if args.dump_info:
        written += _dump_info(args, steps, task)
    show_summary(console, args.work_dir,
                 [p for p in written if osp.exists(p)], parity, steps.times)


def _dump_info(args: argparse.Namespace, steps: Steps, task: BaseTask) -> list[str]:
    """Write what the SDK needs; return the files."""
    with steps.step('export of the SDK model'):
        files = export2SDK(
            task.deploy_cfg, task.model_cfg, args.work_dir, pth=args.checkpoint, task_processor=task)
    if not args.no_golden:
        with steps.step('golden data'):
            # The reference is computed on the CPU, wherever the model is converted.
            on_cpu = task if args.device == 'cpu' else build_task_processor(task.model_cfg, task.deploy_cfg, 'cpu')
            files.append(
                write_golden(task.deploy_cfg, task.model_cfg, args.checkpoint,
                             args.test_img, args.work_dir, task_processor=on_cpu))
    return files


def main(argv: Sequence[str] | None = None) -> int:
    """Convert a model.

    Returns:
        0, or 1 when a step failed.
    """
    args = parse_args(argv)
    if args.test_img is None:
        args.test_img = args.img
    logger = set_log_level(args.log_level)
    try:
        with warnings_once():
            convert(args, Console())
    except StepError as error:
        logger.error(error)
        return 1
    logger.info('All process success.')
    return 0


if __name__ == '__main__':
    sys.exit(main())
