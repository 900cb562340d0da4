"""Traces a PyTorch module to TorchScript."""
import os
from collections.abc import Callable, Sequence
from typing import Any

import torch

from mmdeploy.backend.torchscript.signature import SIGNATURE_FILE, make_signature
from mmdeploy.backend.torchscript.ts_optimizer import optimize_for_backend
from mmdeploy.core import RewriterContext, patch_model
from mmdeploy.utils import IR, Backend, get_root_logger

from ..core import PIPELINE_MANAGER
from ..onnx.export import with_export_options


@PIPELINE_MANAGER.register_pipeline()
def trace(func: torch.nn.Module | Callable,
          inputs: Any,
          output_path_prefix: str | None = None,
          backend: Backend | str = 'default',
          context_info: dict = dict(),  # noqa: B006
          check_trace: bool = True,
          check_tolerance: float = 1e-5) -> torch.jit.TracedModule:
    """Trace a module or function, and freeze it.

    What depends on the machine (`torch.jit.optimize_for_inference`) is left
    to the engine that loads the file.

    Args:
        func: a module is modified by the module rewrites of `backend`.
        inputs: one input, or a sequence of inputs.
        output_path_prefix: write `<prefix>.pt`, with names and shapes of
            inputs and outputs inside.
        backend: engine that the rewrites are for.
        context_info: `deploy_cfg`, and arguments of `RewriterContext`.
        check_trace, check_tolerance: see `torch.jit.trace`.
    """
    backend = backend.value if isinstance(backend, Backend) else backend
    context_info = dict(context_info)
    deploy_cfg = with_export_options(
        context_info.pop('deploy_cfg', None) or {},
        backend,
        type=IR.TORCHSCRIPT.value)
    context_info.update(cfg=deploy_cfg, ir=IR.TORCHSCRIPT)
    context_info.setdefault('backend', backend)
    if isinstance(func, torch.nn.Module):
        func = patch_model(
            func, cfg=deploy_cfg, backend=backend, ir=IR.TORCHSCRIPT)
    if not isinstance(inputs, Sequence):
        inputs = (inputs, )

    with RewriterContext(**context_info), torch.no_grad():
        # Modules that cache shapes do so now, not while they are traced.
        outputs = func(*inputs)
        module = torch.jit.trace(
            func,
            tuple(inputs),
            check_trace=check_trace,
            check_tolerance=check_tolerance)
    if isinstance(func, torch.nn.Module):
        module = optimize_for_backend(module.eval(), backend=backend)
    if output_path_prefix is not None:
        output_path = f'{output_path_prefix}.pt'
        get_root_logger().info(f'Save TorchScript module: {output_path}.')
        signature = make_signature(inputs, outputs, deploy_cfg)
        torch.jit.save(
            module,
            f'{output_path}.part',
            _extra_files={SIGNATURE_FILE: signature})
        os.replace(f'{output_path}.part', output_path)
    return module
