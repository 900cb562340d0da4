"""Converts an ONNX model to ncnn.

    python tools/onnx2ncnn.py ONNX_PATH OUTPUT_PREFIX
"""
import argparse
import logging
from collections.abc import Sequence

from mmdeploy.apis.ncnn import from_onnx
from mmdeploy.utils.utils import set_log_level


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Convert ONNX to ncnn.')
    parser.add_argument('onnx_path', help='ONNX model path')
    parser.add_argument(
        'output_prefix', help='path of the .param and .bin files without ending')
    parser.add_argument(
        '--log-level',
        default='INFO',
        choices=list(logging._nameToLevel),
        help='log level')
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    logger = set_log_level(logging._nameToLevel[args.log_level])
    logger.info(f'Convert {args.onnx_path} to ncnn.')
    from_onnx(args.onnx_path, args.output_prefix)
    logger.info(f'{args.output_prefix}.param and .bin are written.')


if __name__ == '__main__':
    main()
