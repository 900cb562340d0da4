"""Cuts a part out of an ONNX model that has marks.

    python tools/extract.py INPUT_MODEL OUTPUT_MODEL \\
        --start detector_forward:input --end yolo_head:input
"""
import argparse
import sys
from collections.abc import Sequence

from mmdeploy.apis.onnx import extract_partition
from mmdeploy.graph import load
from mmdeploy.utils.utils import add_log_level, run_tool, set_log_level


def _markers(text: str) -> list[str]:
    """Return the markers of a comma-separated list."""
    return [marker.strip() for marker in text.split(',') if marker.strip()]


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Cut a part out of an ONNX model.')
    parser.add_argument('input_model', help='ONNX model with marks')
    parser.add_argument('output_model', help='ONNX model to write')
    parser.add_argument(
        '--start',
        type=_markers,
        default=[],
        help='where the part begins, e.g. "a:input,b[1]:output"')
    parser.add_argument(
        '--end', type=_markers, default=[], help='where the part ends')
    add_log_level(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    logger = set_log_level(args.log_level)
    output = args.output_model
    if not output.endswith('.onnx'):
        output += '.onnx'
    try:
        lines = '\n    '.join(load(args.input_model).marks())
        logger.info(f'Available marks:\n    {lines}')
        extract_partition(
            args.input_model, args.start, args.end, save_file=output)
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f'error: {error}')
    logger.info(f'written to {output}')


if __name__ == '__main__':
    run_tool(main)
