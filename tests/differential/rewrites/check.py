"""Checks a draw: plainly, under the rewrites, and exported."""

import io
import warnings
from collections.abc import Sequence

import mmcv
import mmdeploy_python
import numpy as np
import onnx
import torch
from torch.onnx.errors import OnnxExporterError

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.inplace.functionalize import UnsupportedWriteError
from mmdeploy.pytorch.testing import op_types, run_onnx
from mmdeploy.utils import IR
from mmdeploy.utils.test import WrapFunction
from tests.differential import check as engines
from tests.differential.rewrites import (  # noqa: F401  # they add their draws
    of_mmcv,
    of_mmdet,
    of_mmocr,
    of_mmpose,
    of_mmseg,
    of_pytorch,
)
from tests.differential.rewrites.draw import DRAWS, Case, Draw

REFUSALS = (AssertionError, NotImplementedError, OnnxExporterError, UnsupportedWriteError)
# What PyTorch says to a call that it does not take.
IMPOSSIBLE = (RuntimeError, IndexError, ValueError)


class RefusedError(Exception):
    """By the converter of an engine."""


def _differ(found: object, expected: object, tolerance: float) -> str | None:
    if isinstance(expected, tuple | list):
        if len(found) != len(expected):
            return f'{len(found)} results, expected {len(expected)}'
        texts = (_differ(a, b, tolerance) for a, b in zip(found, expected, strict=True))
        return next((text for text in texts if text), None)
    scale = expected[expected.isfinite()].abs().max().item() if expected.isfinite().any() else 1
    try:
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=tolerance * max(1, scale), equal_nan=True)
    except AssertionError as error:
        return str(error).replace('\n', ' ')
    return None


def _run_in_engine(engine: str, model: onnx.ModelProto, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Run a model in one of our engines.

    Raises:
        RefusedError: it is not converted.
    """
    feeds = {value.name: x.numpy() for value, x in zip(model.graph.input, inputs, strict=True)}
    with engines.temporary() as folder:
        if engine == 'onnxruntime':  # it takes the file as it is
            onnx.save(model, f'{folder}/model.onnx')
            found = mmdeploy_python.Net(f'{folder}/model.onnx', engine, num_threads=1).run(feeds)
        else:
            try:
                found = engines.run(engine, model, feeds, folder)
            except RuntimeError as error:
                if not str(error).startswith('failed to convert'):
                    raise
                raise RefusedError(str(error)) from error
    return [torch.from_numpy(np.array(found[value.name])) for value in model.graph.output]


def _run(case: Case, model: onnx.ModelProto, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor] | None:
    """Run a model where its operators are; None where no engine of ours has them."""
    # What is not read is left out.
    inputs = [inputs[int(value.name[1:])] for value in model.graph.input]
    foreign = {name.partition('::')[0] for name in op_types(model) if '::' in name}
    if not foreign:
        return run_onnx(model, inputs)
    if case.backend == 'ncnn':
        return _run_in_engine('ncnn', model, inputs)
    if foreign != {'mmdeploy'} or 'mmdeploy::TRTBicubicInterpolate' in op_types(model):
        return None
    return _run_in_engine('onnxruntime', model, inputs)


def _export(case: Case) -> onnx.ModelProto:
    """Export a case, inside of a `RewriterContext`."""
    axes = dict(dynamic_axes={'x0': list(case.open_axes)}) if case.open_axes else {}
    names = [f'x{i}' for i in range(len(case.inputs))]
    file = io.BytesIO()
    torch.onnx.export(WrapFunction(case.function).eval(), tuple(case.inputs), file, opset_version=case.opset,
                      input_names=names, **axes)
    return onnx.load_from_string(file.getvalue())


def _check_model(case: Case, model: onnx.ModelProto) -> tuple[str, str]:
    for first in (case.inputs[0], *case.others):
        inputs = (first, *case.inputs[1:])
        try:
            wanted = case.function(*inputs)
        except IMPOSSIBLE:
            continue
        wanted = wanted if isinstance(wanted, tuple | list) else [wanted]
        found = _run(case, model, inputs)
        if found is None:
            return 'right', 'no engine here has the operators'
        if case.backend == 'ncnn':  # documented: its outputs have a batch, its tensors are float32
            found = [a.reshape(b.shape) if a.numel() == b.numel() and b.dim() < 2 else a
                     for a, b in zip(found, wanted, strict=True)]  # yapf: disable
        difference = _differ(found, wanted, case.tolerance)
        if difference:
            return 'wrong', f'exported, for {list(first.shape)}: {difference}'
    return 'right', ''


def check(case: Case) -> tuple[str, str]:
    """Return what became of a case (impossible, refused, right, wrong), and why."""
    cfg = mmcv.Config(dict(backend_config=dict(type=case.backend), **case.cfg))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        try:
            expected = case.function(*case.inputs)
        except IMPOSSIBLE as error:
            return 'impossible', str(error)
        try:
            with RewriterContext(cfg, case.backend, ir=IR.ONNX, opset=case.opset):
                difference = _differ(case.function(*case.inputs), expected, case.tolerance)
                if difference:
                    return 'wrong', f'under the rewrites: {difference}'
                model = _export(case)
            return _check_model(case, model)
        except (*REFUSALS, RefusedError) as error:
            return 'refused', str(error)


def run(name: str, seed: int) -> tuple[str, str]:
    """Draw and check one case; an unexpected error is wrong, too."""
    try:
        return check(DRAWS[name].make(Draw(f'{name}-{seed}')))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
        return 'wrong', f'{type(error).__name__}: {str(error)[:300]}'
