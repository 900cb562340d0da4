"""Converts an ONNX model to ncnn.

    python tools/onnx2ncnn.py ONNX_PATH OUTPUT_PREFIX
    python tools/onnx2ncnn.py ONNX_PATH PARAM_PATH BIN_PATH
"""
import argparse
import os
import tempfile
from collections.abc import Sequence

from mmdeploy.apis.ncnn import from_onnx
from mmdeploy.utils.utils import add_log_level, run_tool, set_log_level


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Convert ONNX to ncnn.')
    parser.add_argument('onnx_path', help='ONNX model path')
    parser.add_argument(
        'output', help='path of the .param and .bin files without ending, or '
        'with `bin_path` that of the .param file')
    parser.add_argument(
        'bin_path', nargs='?', help='path of the .bin file')
    add_log_level(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    logger = set_log_level(args.log_level)
    logger.info(f'Convert {args.onnx_path} to ncnn.')
    if args.bin_path is None:
        from_onnx(args.onnx_path, args.output)
        files = [f'{args.output}.param', f'{args.output}.bin']
    else:
        files = [args.output, args.bin_path]
        folder = os.path.dirname(os.path.abspath(args.output))
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work_dir:
            prefix = os.path.join(work_dir, 'model')
            from_onnx(args.onnx_path, prefix)
            for suffix, path in zip(('param', 'bin'), files, strict=True):
                os.replace(f'{prefix}.{suffix}', path)
    logger.info(f'{" and ".join(files)} are written.')


if __name__ == '__main__':
    run_tool(main)
