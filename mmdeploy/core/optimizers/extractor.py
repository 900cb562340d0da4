"""Cuts a part out of an ONNX model."""
import re

import onnx.utils

_MARKER = re.compile(r'([^\[\]:]+)(?:\[(\d+)\])?:(input|output)')


def parse_extractor_io_string(io_str: str) -> tuple[str, int, str]:
    """Split a marker into its parts.

    Args:
        io_str: `func:type` or `func[id]:type`, where type is `input` or
            `output`.

    Returns:
        Name of the marked function, number of the call, type.
    """
    match = _MARKER.fullmatch(io_str)
    assert match, (f'marker is {io_str!r}, expected "func:input", '
                   '"func:output", "func[1]:input" or "func[1]:output"')
    return match.group(1), int(match.group(2) or 0), match.group(3)


def create_extractor(model: onnx.ModelProto) -> onnx.utils.Extractor:
    """Return the extractor of a model."""
    return onnx.utils.Extractor(model)
