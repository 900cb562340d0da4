"""Exports a PyTorch module to ONNX."""
import os
from copy import deepcopy
from typing import Any

import mmcv
import torch

from mmdeploy.core import RewriterContext, patch_model, reset_mark_function_count
from mmdeploy.utils import IR, Backend, get_ir_config, get_root_logger

from ..core import PIPELINE_MANAGER
from .passes import optimize_file, optimize_onnx


def with_export_options(deploy_cfg: dict | mmcv.Config, backend: str,
                        **options) -> dict | mmcv.Config:
    """Return a copy of a deploy config that says what is really exported.

    Rewrites read it. Options of the file that the export does not set, such
    as `input_shape`, stay visible.
    """
    deploy_cfg = deepcopy(deploy_cfg)
    ir_config = dict(get_ir_config(deploy_cfg), **options)
    backend_config = dict(
        deploy_cfg.get('backend_config', None) or {}, type=backend)
    deploy_cfg['ir_config'] = ir_config
    deploy_cfg['backend_config'] = backend_config
    return deploy_cfg


@PIPELINE_MANAGER.register_pipeline()
def export(model: torch.nn.Module,
           args: torch.Tensor | tuple | dict,
           output_path_prefix: str,
           backend: Backend | str = 'default',
           input_metas: dict | None = None,
           context_info: dict = dict(),  # noqa: B006
           input_names: list[str] | None = None,
           output_names: list[str] | None = None,
           opset_version: int = 11,
           dynamic_axes: dict[str, Any] | None = None,
           verbose: bool = False,
           keep_initializers_as_inputs: bool | None = None,
           optimize: bool = False,
           **kwargs) -> None:
    """Write `<output_path_prefix>.onnx`; on an error nothing is written.

    Args:
        model: modified by the module rewrites of `backend`.
        args: inputs of the model.
        output_path_prefix: path without suffix.
        backend: engine that the rewrites are for.
        input_metas: keyword arguments of `forward` that are no inputs.
        context_info: `deploy_cfg`, and arguments of `RewriterContext`.
        input_names, output_names: names in the graph.
        opset_version: ONNX opset.
        dynamic_axes: axes by name of input or output.
        verbose: print the graph.
        keep_initializers_as_inputs: see `torch.onnx.export`.
        optimize: run `optimize_onnx` while exporting, then the passes of
            `mmdeploy.graph` over the file.
    """
    output_path = f'{output_path_prefix}.onnx'
    backend = backend.value if isinstance(backend, Backend) else backend
    context_info = dict(context_info)
    deploy_cfg = with_export_options(
        context_info.pop('deploy_cfg', None) or {},
        backend,
        type=IR.ONNX.value,
        input_names=input_names,
        output_names=output_names,
        opset_version=opset_version,
        dynamic_axes=dynamic_axes,
        verbose=verbose,
        keep_initializers_as_inputs=keep_initializers_as_inputs)
    context_info.update(cfg=deploy_cfg, ir=IR.ONNX)
    context_info.setdefault('backend', backend)
    context_info.setdefault('opset', opset_version)
    context_info.setdefault('onnx_custom_passes',
                            optimize_onnx if optimize else None)
    assert input_metas is None or isinstance(input_metas, dict), (
        f'input_metas is {type(input_metas).__name__}, expected a dict')

    get_root_logger().info(f'Export PyTorch model to ONNX: {output_path}.')
    model = patch_model(model, cfg=deploy_cfg, backend=backend, ir=IR.ONNX)
    reset_mark_function_count()
    temporary = f'{output_path}.part'
    try:
        with RewriterContext(**context_info), torch.no_grad(), _metas(
                model, input_metas):
            torch.onnx.export(
                model,
                args,
                temporary,
                export_params=True,
                input_names=input_names,
                output_names=output_names,
                opset_version=opset_version,
                dynamic_axes=dynamic_axes,
                keep_initializers_as_inputs=keep_initializers_as_inputs,
                verbose=verbose)
        if optimize:
            optimize_file(temporary)
        os.replace(temporary, output_path)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


class _metas:
    """Binds keyword arguments to `forward` inside a `with` block."""

    def __init__(self, model: torch.nn.Module, metas: dict | None) -> None:
        self._model = model
        self._metas = metas

    def __enter__(self) -> None:
        self._own = vars(self._model).get('forward')
        if self._metas is None:
            return
        forward, metas = self._model.forward, self._metas

        def with_metas(*args):
            # The exporter makes inputs of parameters with defaults.
            return forward(*args, **metas)

        self._model.forward = with_metas

    def __exit__(self, exc_type, exc_value, exc_traceback) -> None:
        if self._metas is None:
            return
        if self._own is None:
            del self._model.forward
        else:
            self._model.forward = self._own
