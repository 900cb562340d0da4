"""How the conformance tests write networks for OpenVINO, and what it can't do."""
from pathlib import Path

import mmdeploy_python

HOLES = {'large_integers[int64]': 'calculates 64-bit integers in 32 bits'}


def write(network, folder: Path) -> dict:
    xml, weights = mmdeploy_python.convert('openvino', network.onnx(), folder / network.name)
    return dict(model=Path(xml), weights=Path(weights))


def write_op(network, folder: Path) -> dict:
    return write(network, folder)
