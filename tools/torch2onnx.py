"""Exports a PyTorch model to ONNX, and cuts it when the config says so.

    python tools/torch2onnx.py DEPLOY_CFG MODEL_CFG CHECKPOINT IMG \\
        [--work-dir ./work-dir] [--device cpu]
"""
import argparse
import os.path as osp
from collections.abc import Sequence

from mmdeploy.apis import extract_model, get_predefined_partition_cfg, torch2onnx
from mmdeploy.utils import get_ir_config, get_partition_config, load_config
from mmdeploy.utils.config_utils import get_part_axes
from mmdeploy.utils.logging import tracer_warnings_counted
from mmdeploy.utils.utils import add_log_level, run_tool, set_log_level


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Export a PyTorch model to ONNX.')
    parser.add_argument('deploy_cfg', help='deploy config path')
    parser.add_argument('model_cfg', help='model config path')
    parser.add_argument('checkpoint', help='model checkpoint path')
    parser.add_argument('img', help='image used to trace the model')
    parser.add_argument(
        '--work-dir', default='./work-dir', help='folder of what is written')
    parser.add_argument(
        '--device', default='cpu', help='device used for conversion')
    add_log_level(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    logger = set_log_level(args.log_level)
    deploy_cfg, model_cfg = load_config(args.deploy_cfg, args.model_cfg)
    save_file = get_ir_config(deploy_cfg)['save_file']
    with tracer_warnings_counted():
        torch2onnx(args.img, args.work_dir, save_file, deploy_cfg, model_cfg, args.checkpoint, device=args.device)
    partition_config = get_partition_config(deploy_cfg)
    if partition_config is not None:
        parts = partition_config.get('partition_cfg', None)
        if parts is None:
            parts = get_predefined_partition_cfg(deploy_cfg,
                                                 partition_config['type'])
        for part in parts:
            extract_model(
                osp.join(args.work_dir, save_file),
                part['start'],
                part['end'],
                dynamic_axes=get_part_axes(deploy_cfg, part),
                save_file=osp.join(args.work_dir, part['save_file']))
    logger.info(f'torch2onnx success, written to {args.work_dir}')


if __name__ == '__main__':
    run_tool(main)
