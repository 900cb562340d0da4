"""Runs a case in ONNX Runtime and in an engine."""

import contextlib
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from tests.differential.draw import Case

# Without the Python package: a process of its own has to be quick.
sys.path.append(str(Path(__file__).resolve().parents[2] / 'build' / 'lib'))


class Result(Enum):
    """What became of a case."""

    RIGHT = 'right'
    REFUSED = 'refused'  # by the converter
    UNKNOWN = 'unknown'  # ONNX Runtime has no answer
    WRONG = 'wrong'
    WARNED = 'warned'  # wrong, and the conversion named the node
    LATE = 'late'  # converted, and then refused


GOOD = (Result.RIGHT, Result.REFUSED, Result.WARNED, Result.UNKNOWN)


def expected(model: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
        return dict(zip([output.name for output in session.get_outputs()], session.run(None, feeds), strict=False))
    except Exception:
        return None


def differs(name: str, wanted: np.ndarray, found: np.ndarray) -> str:
    """Tell how an output differs; where ONNX has infinities or no numbers, anything is right."""
    wanted, found = np.asarray(wanted, np.float64), np.asarray(found, np.float64)
    if wanted.ndim < 2 and found.size == wanted.size:
        found = found.reshape(wanted.shape)  # documented: outputs of ncnn have a batch
    if wanted.shape != found.shape:
        return f'{name}: shape {found.shape}, expected {wanted.shape}'
    finite = np.isfinite(wanted)
    largest = np.abs(wanted[finite]).max() if finite.any() else 0
    bad = finite & ~np.isclose(found, wanted, rtol=1e-3, atol=1e-4 * max(1, min(largest, 1e3)))
    if not bad.any():
        return ''
    where = tuple(np.argwhere(bad)[0])
    return f'{name}: {bad.sum()} of {bad.size}, at {where} {found[where]:.6g}, expected {wanted[where]:.6g}'


def run(engine: str, model: onnx.ModelProto, feeds: dict[str, np.ndarray], folder: str) -> dict[str, np.ndarray]:
    native = importlib.import_module('mmdeploy_python')
    if engine == 'ncnn':  # documented: its tensors are float32
        feeds = {name: np.asarray(value, np.float32) for name, value in feeds.items()}
    files = native.convert(engine, model.SerializeToString(), f'{folder}/m', inputs={})
    weights = {'weights': files[1]} if len(files) > 1 else {}
    net = native.Net(files[0], engine, num_threads=1, **weights)
    return {name: np.asarray(value) for name, value in net.run(feeds).items()}


@contextlib.contextmanager
def _standard_error() -> Iterator[list[str]]:
    """What libraries print there, once it is over."""
    lines: list[str] = []
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield lines
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            lines += file.read().decode(errors='replace').splitlines()


def warns(engine: str, model: onnx.ModelProto, folder: str) -> bool:
    """Tell whether the conversion names a node that may be calculated otherwise."""
    native = importlib.import_module('mmdeploy_python')
    with _standard_error() as lines:
        native.convert(engine, model.SerializeToString(), f'{folder}/m', inputs={})
    return any(f'{engine}: node ' in line for line in lines)


def judge(
    engine: str, model: onnx.ModelProto, wanted: dict[str, np.ndarray], found: dict[str, np.ndarray], folder: str
) -> tuple[Result, str]:
    problems = [text for name, value in wanted.items() if (text := differs(name, value, found[name]))]
    if not problems:
        return Result.RIGHT, ''
    return (Result.WARNED if warns(engine, model, folder) else Result.WRONG), '; '.join(problems)


def check(engine: str, case: Case, folder: str) -> tuple[Result, str]:
    wanted = expected(case.model, case.feeds)
    if wanted is None or any(value.size > 1 << 20 for value in wanted.values()):
        return Result.UNKNOWN, ''
    try:
        found = run(engine, case.model, case.feeds, folder)
    except RuntimeError as error:
        text = str(error).replace('\n', ' | ')
        # Whether something is left of an open size shows when it is known.
        if 'empty' in text and not all(value.size for value in wanted.values()):
            return Result.REFUSED, text
        return (Result.REFUSED if text.startswith('failed to convert') else Result.LATE), text
    except Exception:
        return Result.WRONG, traceback.format_exc(limit=1)
    return judge(engine, case.model, wanted, found, folder)


def temporary() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix='differential-')
