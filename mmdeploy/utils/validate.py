"""Tests of operators: export a module, run it in an engine, compare."""
import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import mmcv
import onnx
import torch
from torch import nn

from mmdeploy.core import RewriterContext
from mmdeploy.utils import Backend
from mmdeploy.utils.test import WrapFunction, assert_allclose, check_backend, get_backend_outputs


def export_graph(model: nn.Module | Callable,
                 inputs: Sequence[torch.Tensor],
                 backend: str = Backend.DEFAULT.value,
                 cfg: dict | None = None,
                 opset: int = 11,
                 **kwargs: Any) -> onnx.ModelProto:
    """Export a module or function with the rewrites of an engine, to look at its nodes.

    Args:
        model: what is exported.
        inputs: its inputs.
        backend: value of the engine.
        cfg: deploy config; by default it says the engine.
        opset: version of the exported model.
        kwargs: see `torch.onnx.export`.
    """
    model = model if isinstance(model, nn.Module) else WrapFunction(model)
    cfg = dict(backend_config=dict(type=backend)) if cfg is None else cfg
    with tempfile.TemporaryDirectory() as folder, RewriterContext(cfg, backend, opset=opset), torch.no_grad():
        path = os.path.join(folder, 'model.onnx')
        torch.onnx.export(model.eval(), tuple(inputs), path, opset_version=opset, **kwargs)
        return onnx.load(path)


def _as_list(outputs: Any) -> list:
    """Return a module's results as a list of tensors."""
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


class BackendValidator:
    """An engine, as the tests of operators see it.

    Args:
        backend: the engine.
    """

    def __init__(self, backend: Backend):
        self.backend = backend
        self.backend_name = backend.value

    def check_env(self) -> None:
        """Skip the running test when the engine or its custom operators are missing."""
        check_backend(self.backend, require_plugin=True)

    def run_and_validate(self,
                         model: nn.Module | onnx.ModelProto,
                         input_list: Sequence[torch.Tensor],
                         model_name: str = 'tmp',
                         tolerate_small_mismatch: bool = False,
                         do_constant_folding: bool = True,
                         dynamic_axes: dict | None = None,
                         output_names: Sequence[str] | None = None,
                         input_names: Sequence[str] | None = None,
                         expected_result: Sequence[torch.Tensor] | None = None,
                         save_dir: str | None = None) -> None:
        """Export a module, run it in the engine, and compare with PyTorch.

        Rewrites apply when this is called inside of a `RewriterContext` of opset 11.

        Args:
            model: a module, or an ONNX model.
            input_list: inputs, in the order of `input_names`.
            model_name: stem of the files.
            tolerate_small_mismatch: only warn about values that differ.
            do_constant_folding, dynamic_axes: see `torch.onnx.export`.
            output_names: by default those of the exported graph.
            input_names: by default those of the exported graph.
            expected_result: what the engine should give; by default what the module gives.
            save_dir: folder for the files; by default they are removed.

        Raises:
            ValueError: an ONNX model without `expected_result`.
            AssertionError: values differ.
        """
        if expected_result is None:
            if isinstance(model, onnx.ModelProto):
                raise ValueError('expected_result is missing: an ONNX model cannot run in PyTorch, so give the values')
            with torch.no_grad():
                expected_result = _as_list(model(*input_list))
        with tempfile.TemporaryDirectory() as folder:
            folder = save_dir or folder
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, f'{model_name}.onnx')
            if isinstance(model, onnx.ModelProto):
                onnx.save(model, path)
            else:
                with torch.no_grad():
                    torch.onnx.export(
                        model,
                        tuple(input_list),
                        path,
                        input_names=input_names,
                        output_names=output_names,
                        do_constant_folding=do_constant_folding,
                        dynamic_axes=dynamic_axes,
                        opset_version=11)
            actual = self._run(path, input_list, folder)
        assert_allclose(_as_list(expected_result), actual, tolerate_small_mismatch)

    def _run(self, path: str, input_list: Sequence[torch.Tensor], work_dir: str) -> list[torch.Tensor]:
        """Return what the engine computes from an ONNX file."""
        graph = onnx.load(path).graph
        constants = {tensor.name for tensor in graph.initializer}
        names = [value.name for value in graph.input if value.name not in constants]
        shapes = {name: list(value.shape) for name, value in zip(names, input_list, strict=True)}
        deploy_cfg = mmcv.Config(
            dict(
                backend_config=dict(type=self.backend_name, model_inputs=[dict(opt_shapes=shapes)]),
                onnx_config=dict(input_names=names, output_names=[value.name for value in graph.output])))
        outputs = get_backend_outputs(path, dict(zip(names, input_list, strict=True)), deploy_cfg, work_dir)
        assert outputs is not None, f'{self.backend_name} is not available: call check_env() first'
        return outputs


TEST_ONNXRT = BackendValidator(Backend.ONNXRUNTIME)
TEST_TENSORRT = BackendValidator(Backend.TENSORRT)
TEST_NCNN = BackendValidator(Backend.NCNN)
TEST_OPENVINO = BackendValidator(Backend.OPENVINO)
