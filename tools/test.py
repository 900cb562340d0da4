"""Measures the accuracy of a converted model with its code base's metric.

    python tools/test.py DEPLOY_CFG MODEL_CFG --model FILES... \\
        --metrics accuracy [--checkpoint CHECKPOINT]

With an SDK deploy config, `--model` is the folder of an SDK model. With
`--checkpoint` the same images also go through PyTorch, and the differences
are reported.
"""
import argparse
from collections.abc import Sequence

import numpy as np
import torch
from mmcv import DictAction
from mmcv.parallel import MMDataParallel
from prettytable import PrettyTable
from torch.utils.data import DataLoader

from mmdeploy.apis.utils import build_task_processor
from mmdeploy.codebase import BaseTask
from mmdeploy.utils import get_backend_config, load_config, parse_device_id
from mmdeploy.utils.logging import get_logger
from mmdeploy.utils.timer import TimeCounter
from mmdeploy.utils.utils import run_tool


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Measure the accuracy of a converted model.')
    parser.add_argument('deploy_cfg', help='deploy config path')
    parser.add_argument('model_cfg', help='model config path')
    parser.add_argument(
        '--model', nargs='+', required=True, help='files of the model')
    parser.add_argument('--out', help='pickle file for the results')
    parser.add_argument(
        '--format-only',
        action='store_true',
        help='format the results without evaluating them')
    parser.add_argument(
        '--metrics',
        nargs='+',
        help='metrics of the code base, e.g. "accuracy" for mmcls')
    parser.add_argument('--show', action='store_true', help='show results')
    parser.add_argument('--show-dir', help='folder for drawn results')
    parser.add_argument('--device', default='cpu', help='device of the model')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override settings of the model config, key=value')
    parser.add_argument(
        '--metric-options',
        nargs='+',
        action=DictAction,
        help='options of the metric, key=value')
    parser.add_argument('--log2file', help='log file of metrics and speed')
    parser.add_argument(
        '--speed-test', action='store_true', help='measure the engine')
    parser.add_argument(
        '--warmup',
        type=int,
        default=10,
        help='calls before the measurement, needs --speed-test')
    parser.add_argument(
        '--log-interval',
        type=int,
        default=100,
        help='measured calls between two log lines, needs --speed-test')
    parser.add_argument(
        '--batch-size', type=int, default=1, help='images per call')
    parser.add_argument(
        '--uri',
        default='192.168.1.1:60000',
        help='remote ipv4:port or ipv6:port for inference on an edge device')
    parser.add_argument(
        '--checkpoint', help='also run PyTorch and report the difference')
    return parser.parse_args(argv)


def run(task: BaseTask, model: torch.nn.Module, dataloader: DataLoader,
        args: argparse.Namespace, speed_test: bool) -> list:
    """Return the results of a model on a data set."""
    device_id = parse_device_id(args.device)
    on_cpu = device_id is None or device_id < 0
    classes = getattr(model, 'CLASSES', None)
    model = MMDataParallel(
        model, device_ids=[None if on_cpu else device_id])
    # The code base looks for the names where the model was.
    if classes is not None:
        model.CLASSES = classes
    if not speed_test:
        return task.single_gpu_test(model, dataloader, args.show,
                                    args.show_dir)
    with TimeCounter.activate(
            warmup=args.warmup,
            log_interval=args.log_interval,
            with_sync=not on_cpu,
            file=args.log2file):
        return task.single_gpu_test(model, dataloader, args.show,
                                    args.show_dir)


def compare_scores(expected: Sequence[np.ndarray],
                   found: Sequence[np.ndarray]) -> PrettyTable:
    """Return a table of the differences between two models.

    The logarithms of the scores are the logits up to one number per image.
    Only labels that both models score above 1e-30 have one.
    """
    want, got = (np.vstack(scores).astype(np.float64)
                 for scores in (expected, found))
    same = want.argmax(1) == got.argmax(1)
    both = (want > 1e-30) & (got > 1e-30)
    logits = np.abs(np.log(want[both]) - np.log(got[both]))
    table = PrettyTable()
    table.field_names = ['PyTorch vs engine', 'value']
    table.add_row(['images', len(same)])
    table.add_row(['same label', int(same.sum())])
    table.add_row(['max difference of scores',
                   f'{np.abs(want - got)[both].max():.3g}'])
    table.add_row(['max difference of logits', f'{logits.max():.3g}'])
    table.add_row(['scores compared', f'{both.sum()} of {both.size}'])
    return table


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if args.out is not None and not args.out.endswith(('.pkl', '.pickle')):
        raise ValueError('The output file must be a pkl file.')
    deploy_cfg, model_cfg = load_config(args.deploy_cfg, args.model_cfg)
    if args.cfg_options is not None:
        model_cfg.merge_from_dict(args.cfg_options)

    task = build_task_processor(model_cfg, deploy_cfg, args.device)
    dataset = task.build_dataset(model_cfg, 'test')
    workers = model_cfg.data.get('workers_per_gpu', 0)
    dataloader = task.build_dataloader(
        dataset, args.batch_size, workers, dist=False, shuffle=False)
    model = task.init_backend_model(args.model, uri=args.uri)
    outputs = run(task, model, dataloader, args, args.speed_test)
    print()
    task.evaluate_outputs(model_cfg, outputs, dataset, args.metrics, args.out,
                          args.metric_options, args.format_only,
                          args.log2file)

    if args.checkpoint is None:
        return
    # The SDK's pipeline only loads the image; PyTorch needs the model's own.
    if 'pipeline' in get_backend_config(deploy_cfg):
        dataset = task.codebase_class.build_dataset(model_cfg, 'test')
        dataloader = task.build_dataloader(
            dataset, args.batch_size, workers, dist=False, shuffle=False)
    reference = run(task, task.init_pytorch_model(args.checkpoint),
                    dataloader, args, speed_test=False)
    print()
    logger = get_logger('test', log_file=args.log2file)
    logger.info('metrics of PyTorch:')
    task.evaluate_outputs(model_cfg, reference, dataset, args.metrics, None,
                          args.metric_options, args.format_only,
                          args.log2file)
    rows = task.compare_results(reference, outputs)
    table = compare_scores(reference, outputs) if rows is None else PrettyTable(['PyTorch vs engine', 'value'])
    for row in rows or ():
        table.add_row(row)
    logger.info('\n' + table.get_string())


if __name__ == '__main__':
    run_tool(main)
