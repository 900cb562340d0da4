"""Helpers for tests of rewrites, for this package and for users."""
import random
import string
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

import mmcv
import numpy as np
import pytest
import torch
from torch import nn

import mmdeploy.codebase  # noqa: F401
from mmdeploy.backend.base import get_backend_manager, list_backends
from mmdeploy.core import RewriterContext, patch_model
from mmdeploy.utils import IR, Backend, get_backend, get_dynamic_axes, get_ir_config

# Those that have no folder are engines that are missing, not mistakes.
_DOCUMENTED = (Backend.ONNXRUNTIME, Backend.TENSORRT, Backend.PPLNN, Backend.NCNN, Backend.OPENVINO)


def _is_known(backend: Backend) -> bool:
    """Tell whether a backend can be asked for; warn when it can't."""
    if backend in _DOCUMENTED or backend.value in list_backends():
        return True
    warnings.warn(f'The backend checker is not available for {backend}', stacklevel=3)
    return False


def _why_missing(backend: Backend, require_plugin: bool) -> str | None:
    """Return why a backend can't be tested, None when it can."""
    if backend.value not in list_backends() or not get_backend_manager(backend).is_available():
        return f'{backend.value} package is not available'
    if require_plugin and not get_backend_manager(backend).is_custom_ops_available():
        return f'{backend.value} plugin is not available'
    return None


def backend_checker(backend: Backend, require_plugin: bool = False):
    """Return a mark that skips a test when a backend is missing.

    Args:
        backend: the engine.
        require_plugin: its custom operators are needed as well.
    """
    if not _is_known(backend):
        return None
    reason = _why_missing(backend, require_plugin)
    return pytest.mark.skipif(reason is not None, reason=reason or '')


def check_backend(backend: Backend, require_plugin: bool = False) -> None:
    """Skip the running test when a backend is missing."""
    if not _is_known(backend):
        return
    reason = _why_missing(backend, require_plugin)
    if reason is not None:
        pytest.skip(reason)


class WrapFunction(nn.Module):
    """A module that calls a function.

    Args:
        wrapped_function: called with the arguments of `forward`.
        kwargs: further arguments.
    """

    def __init__(self, wrapped_function: Callable, **kwargs):
        super().__init__()
        self.wrapped_function = wrapped_function
        self.kwargs = kwargs

    def forward(self, *args, **kwargs) -> Any:
        kwargs.update(self.kwargs)
        return self.wrapped_function(*args, **kwargs)


class WrapModel(nn.Module):
    """A module that calls a method of another one.

    The method is looked up at each call, so that rewrites apply.

    Args:
        model: the module.
        func_name: its method.
        kwargs: further arguments.
    """

    def __init__(self, model: nn.Module, func_name: str, **kwargs):
        super().__init__()
        assert hasattr(model, func_name), (
            f'{type(model).__name__} has no method {func_name!r}')
        self.model = model
        self.kwargs = kwargs
        self.func_name = func_name

    def forward(self, *args, **kwargs) -> Any:
        kwargs.update(self.kwargs)
        return getattr(self.model, self.func_name)(*args, **kwargs)


class DummyModel(nn.Module):
    """A model that gives the same outputs for any input."""

    def __init__(self, outputs: Any = None, *args, **kwargs):
        super().__init__()
        self.outputs = outputs

    def forward(self, *args, **kwargs) -> Any:
        return self.outputs

    def __call__(self, *args, **kwds) -> Any:
        return self.outputs


class SwitchBackendWrapper:
    """Lets a wrapper class answer with given outputs, without its engine.

    Args:
        recover_class: class that is changed in place.
    """

    class BackendWrapper(nn.Module):
        """What the class becomes."""

        def __init__(self,
                     output_names: list[str] = ['dets', 'labels'],  # noqa: B006
                     *args,
                     **kwargs):
            nn.Module.__init__(self)
            self._output_names = output_names

        def forward(self, *args, **kwargs) -> Any:
            """Return the given outputs."""
            return self.outputs

        def __call__(self, *args, **kwds) -> Any:
            return self.forward(*args, **kwds)

    _METHODS = ('__init__', 'forward', '__call__')

    def __init__(self, recover_class: type):
        self._recover_class = recover_class
        self._saved: dict[str, Any] = {}

    def __enter__(self) -> 'SwitchBackendWrapper':
        return self

    def __exit__(self, type, value, trace) -> None:
        self.recover()

    def set(self, **kwargs) -> None:
        """Change the class; each keyword becomes an attribute of it."""
        methods = {
            name: vars(self.BackendWrapper)[name]
            for name in self._METHODS
        }
        for name, value in {**methods, **kwargs}.items():
            own = vars(self._recover_class)
            self._saved.setdefault(name, own.get(name, self))
            setattr(self._recover_class, name, value)

    def recover(self) -> None:
        """Change the class back."""
        for name, value in self._saved.items():
            if value is self:  # the attribute was inherited or missing
                delattr(self._recover_class, name)
            else:
                setattr(self._recover_class, name, value)
        self._saved = {}


def assert_allclose(expected: list[torch.Tensor | np.ndarray],
                    actual: list[torch.Tensor | np.ndarray],
                    tolerate_small_mismatch: bool = False) -> None:
    """Compare two lists of tensors.

    Args:
        tolerate_small_mismatch: only warn about values that differ.

    Raises:
        ValueError: an argument is no list, or the lengths differ.
        AssertionError: values differ.
    """
    for name, value in (('expected', expected), ('actual', actual)):
        if not isinstance(value, list):
            raise ValueError(f'{name} is {type(value).__name__}, expected a '
                             'list')
    if len(expected) != len(actual):
        raise ValueError(f'expected has {len(expected)} tensors, actual has '
                         f'{len(actual)}')
    for want, got in zip(expected, actual, strict=False):
        want, got = torch.as_tensor(want), torch.as_tensor(got)
        try:
            torch.testing.assert_close(
                got, want, rtol=1e-3, atol=1e-5, check_dtype=False)
        except AssertionError as error:
            if not tolerate_small_mismatch:
                raise
            warnings.warn(str(error), stacklevel=2)


def get_model_outputs(model: nn.Module, func_name: str,
                      model_inputs: dict) -> Any:
    """Return what a method of a model answers."""
    assert hasattr(model, func_name), (
        f'{type(model).__name__} has no method {func_name!r}')
    return getattr(model, func_name)(**model_inputs)


def get_flatten_inputs(
    model_inputs: dict[str, tuple | list | torch.Tensor]
) -> dict[str, torch.Tensor]:
    """Return one tensor per name; several get the names `name_<i>`."""
    flat = {}
    for name, value in model_inputs.items():
        if isinstance(value, torch.Tensor):
            flat[name] = value
        elif isinstance(value, list | tuple):
            if len(value) == 1:
                flat[name] = value[0]
            else:
                flat.update({f'{name}_{i}': v for i, v in enumerate(value)})
    return flat


class _DictInput(nn.Module):
    """Takes the inputs of a model in a dict, as the exporter needs them."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, inputs: dict) -> Any:
        return self.model(**inputs)


def get_onnx_model(wrapped_model: nn.Module,
                   model_inputs: dict[str, tuple | list | torch.Tensor],
                   deploy_cfg: mmcv.Config) -> str:
    """Export a model at opset 11; return the path of the file."""
    path = tempfile.NamedTemporaryFile(suffix='.onnx', delete=False).name
    backend = get_backend(deploy_cfg).value
    model = patch_model(wrapped_model, cfg=deploy_cfg, backend=backend)
    ir_config = get_ir_config(deploy_cfg)
    input_names = ir_config.get('input_names', None)
    if input_names is None:
        flat = get_flatten_inputs(model_inputs)
        input_names = [name for name in flat if name != 'ctx']
    dynamic_axes = None
    if ir_config:
        dynamic_axes = get_dynamic_axes(deploy_cfg)
    with RewriterContext(
            cfg=deploy_cfg, backend=backend, opset=11), torch.no_grad():
        torch.onnx.export(
            _DictInput(model).eval(),
            # The empty dict says that the first one is no keyword argument.
            (model_inputs, {}),
            path,
            export_params=True,
            input_names=list(input_names),
            output_names=ir_config.get('output_names', None),
            opset_version=11,
            dynamic_axes=dynamic_axes,
            keep_initializers_as_inputs=False)
    return path


def get_ts_model(wrapped_model: nn.Module,
                 model_inputs: dict[str, tuple | list | torch.Tensor],
                 deploy_cfg: mmcv.Config) -> str:
    """Export a model to TorchScript; return the path of the file."""
    from mmdeploy.apis.torch_jit import trace
    prefix = tempfile.NamedTemporaryFile(delete=False).name
    inputs = get_flatten_inputs(model_inputs)
    trace(
        wrapped_model,
        tuple(inputs.values()),
        output_path_prefix=prefix,
        backend=get_backend(deploy_cfg).value,
        context_info=dict(deploy_cfg=deploy_cfg),
        check_trace=False)
    return f'{prefix}.pt'


def get_backend_outputs(
        ir_file_path: str, model_inputs: dict[str, tuple | list | torch.Tensor],
        deploy_cfg: mmcv.Config, work_dir: str | None = None) -> list[torch.Tensor] | None:
    """Run an exported model in its engine.

    Args:
        ir_file_path: the exported model.
        model_inputs: inputs by name.
        deploy_cfg: names the engine.
        work_dir: folder for the engine's files; by default a new one.

    Returns:
        The outputs in order, None when the engine is missing.

    Raises:
        NotImplementedError: there is no such engine.
    """
    backend = get_backend(deploy_cfg)
    is_planned = backend in _DOCUMENTED and backend.value not in list_backends()
    if backend == Backend.DEFAULT or is_planned:
        return None
    manager = get_backend_manager(backend)
    if not manager.is_available():
        return None
    inputs = get_flatten_inputs(model_inputs)
    ir_config = get_ir_config(deploy_cfg)
    input_names = ir_config.get('input_names', None) or list(inputs)
    files = manager.to_backend([ir_file_path], work_dir or tempfile.mkdtemp(),
                               deploy_cfg, 'cpu')
    wrapper = manager.build_wrapper(
        files,
        'cpu',
        input_names=input_names,
        output_names=ir_config.get('output_names', None),
        deploy_cfg=deploy_cfg)
    named = dict(zip(input_names, inputs.values(), strict=False))
    return wrapper.output_to_list(wrapper(named))


def get_rewrite_outputs(wrapped_model: nn.Module,
                        model_inputs: dict[str, tuple | list | torch.Tensor],
                        deploy_cfg: mmcv.Config,
                        run_with_backend: bool = True) -> tuple[Any, bool]:
    """Run a model with its rewrites, and in its engine when that is there.

    Returns:
        The outputs, and whether they come from the engine.
    """
    backend = get_backend(deploy_cfg)
    with RewriterContext(
            cfg=deploy_cfg, backend=backend.value, opset=11), torch.no_grad():
        outputs = wrapped_model(**model_inputs)
    ir_type = get_ir_config(deploy_cfg).get('type', None)
    if ir_type == IR.TORCHSCRIPT.value:
        path = get_ts_model(wrapped_model, model_inputs, deploy_cfg)
    else:
        path = get_onnx_model(wrapped_model, model_inputs, deploy_cfg)
    if run_with_backend:
        backend_outputs = get_backend_outputs(path, model_inputs, deploy_cfg)
        if backend_outputs is not None:
            return backend_outputs, True
    return outputs, False


def get_random_name(length: int = 10, seed: int | None = None) -> str:
    """Return letters and digits; a seed leaves the global state alone."""
    source = random if seed is None else random.Random(seed)
    return ''.join(
        source.choices(string.ascii_letters + string.digits, k=length))
