"""Readers of deploy configs.

A deploy config is a path, a dict or a loaded `mmcv.Config`. What is returned
is the live part of the config, not a copy.
"""
from collections.abc import Sequence
from typing import Any

import mmcv

from .constants import Backend, Codebase, Task
from .utils import deprecate

DeployConfig = str | mmcv.Config | dict


def load_config(*args) -> list[mmcv.Config]:
    """Load configs from paths; configs that are loaded pass through.

    Raises:
        FileNotFoundError: a path does not exist.
        TypeError: an argument is neither a path nor a config.
    """
    assert args, 'load_config needs at least one config'

    def load(cfg):
        if isinstance(cfg, str):
            return mmcv.Config.fromfile(cfg)
        if isinstance(cfg, mmcv.Config | dict):
            return cfg
        raise TypeError('deploy_cfg must be a filename or Config object, '
                        f'but got - {type(cfg)}')

    return [load(cfg) for cfg in args]


def _section(deploy_cfg: DeployConfig, name: str) -> dict:
    """Return one top-level part of a config, `{}` when it is absent."""
    return load_config(deploy_cfg)[0].get(name, None) or {}


def _required(section: dict, where: str, key: str, allowed: type) -> Any:
    """Return a key that a conversion cannot do without, as an enum member."""
    values = ', '.join(member.value for member in allowed)
    assert key in section, (
        f'deploy config: {where}.{key} is missing, allowed: {values}; add '
        f'{where}=dict({key}=...) or inherit it by _base_')
    return allowed.get(section[key])


def get_codebase_config(deploy_cfg: DeployConfig) -> dict:
    """Return `codebase_config`, or `{}`."""
    return _section(deploy_cfg, 'codebase_config')


def get_task_type(deploy_cfg: DeployConfig) -> Task:
    """Return the task of `codebase_config.task`.

    Raises:
        AssertionError: the key is missing.
        KeyError: its value is unknown.
    """
    section = get_codebase_config(deploy_cfg)
    return _required(section, 'codebase_config', 'task', Task)


def get_codebase(deploy_cfg: DeployConfig) -> Codebase:
    """Return the code base of `codebase_config.type`; errors as above."""
    section = get_codebase_config(deploy_cfg)
    return _required(section, 'codebase_config', 'type', Codebase)


def get_backend_config(deploy_cfg: DeployConfig) -> dict:
    """Return `backend_config`, or `{}`."""
    return _section(deploy_cfg, 'backend_config')


def get_backend(deploy_cfg: DeployConfig) -> Backend:
    """Return the engine of `backend_config.type`; errors as above."""
    section = get_backend_config(deploy_cfg)
    return _required(section, 'backend_config', 'type', Backend)


def get_ir_config(deploy_cfg: DeployConfig) -> dict:
    """Return `ir_config`, the older `onnx_config`, or `{}`."""
    deploy_cfg = load_config(deploy_cfg)[0]
    ir_config = deploy_cfg.get('ir_config', None)
    if ir_config is not None:
        return ir_config
    return deploy_cfg.get('onnx_config', {})


@deprecate(status='future', msg='use get_ir_config instead')
def get_onnx_config(deploy_cfg: DeployConfig) -> dict:
    """Return the settings of the ONNX export.

    Raises:
        AssertionError: the config exports another representation.
    """
    onnx_config = get_ir_config(deploy_cfg)
    ir_type = onnx_config.get('type', None)
    assert ir_type in (None, 'onnx'), (
        f'ir_config.type is {ir_type!r}, expected "onnx"')
    return onnx_config


def _dynamic_axes_of(deploy_cfg: DeployConfig,
                     input_name: str | None) -> Sequence[int]:
    """Return the dynamic axes of one input, () when there are none."""
    deploy_cfg = load_config(deploy_cfg)[0]
    ir_config = get_ir_config(deploy_cfg)
    if ir_config.get('dynamic_axes', None) is None:
        return ()
    if input_name is None:
        input_names = ir_config.get('input_names', None)
        input_name = input_names[0] if input_names else 'input'
    axes = get_dynamic_axes(deploy_cfg).get(input_name, None)
    return () if axes is None else axes


def is_dynamic_batch(deploy_cfg: DeployConfig,
                     input_name: str | None = None) -> bool:
    """Tell whether the batch axis of an input is dynamic.

    Args:
        input_name: by default the first of `input_names`, or `'input'`.
    """
    return 0 in _dynamic_axes_of(deploy_cfg, input_name)


def is_dynamic_shape(deploy_cfg: DeployConfig,
                     input_name: str | None = None) -> bool:
    """Tell whether height and width of an input are dynamic.

    TorchScript keeps shapes symbolic, so there the answer is always yes.
    """
    if get_backend(deploy_cfg) == Backend.TORCHSCRIPT:
        return True
    axes = _dynamic_axes_of(deploy_cfg, input_name)
    return 2 in axes and 3 in axes


def get_input_shape(deploy_cfg: DeployConfig) -> list[int] | None:
    """Return the static input size [width, height] in pixels, or None."""
    input_shape = get_ir_config(deploy_cfg).get('input_shape', None)
    if input_shape is not None:
        assert len(input_shape) == 2, (
            f'ir_config.input_shape is {input_shape}, expected '
            '[width, height]')
    return input_shape


def cfg_apply_marks(deploy_cfg: dict) -> bool | None:
    """Tell whether marks stay in the graph; None without a partition."""
    partition_config = deploy_cfg.get('partition_config', None)
    if partition_config is None:
        return None
    return partition_config.get('apply_marks', False)


def get_partition_config(deploy_cfg: dict) -> dict | None:
    """Return `partition_config` when its marks are applied, else None."""
    if not cfg_apply_marks(deploy_cfg):
        return None
    return deploy_cfg['partition_config']


def get_part_axes(deploy_cfg: dict, part: dict) -> dict[str, dict[int, str]] | None:
    """Return the dynamic axes of a part of a model: of the model's own inputs those that the deploy config opens.

    Args:
        deploy_cfg: deploy config, loaded.
        part: how the part is cut; its `dynamic_axes` are what may be open.
    """
    axes = part.get('dynamic_axes', None)
    if axes is None:
        return None
    opened = get_dynamic_axes(deploy_cfg) or {}
    own = get_ir_config(deploy_cfg).get('input_names', None) or ['input']
    return {
        name: {axis: label for axis, label in of_input.items() if name not in own or axis in opened.get(name, ())}
        for name, of_input in axes.items()
    }


def get_calib_config(deploy_cfg: dict) -> dict | None:
    """Return `calib_config`, or None."""
    return deploy_cfg.get('calib_config', None)


def get_calib_filename(deploy_cfg: dict) -> str | None:
    """Return the file of calibration data, None when none is created."""
    calib_config = get_calib_config(deploy_cfg)
    if not calib_config or not calib_config.get('create_calib', False):
        return None
    return calib_config.get('calib_file', 'calib_file.h5')


def get_common_config(deploy_cfg: dict) -> dict:
    """Return what all parts of a partitioned model have in common.

    Raises:
        KeyError: the config has no `backend_config`.
    """
    return deploy_cfg['backend_config'].get('common_config', {})


def get_model_inputs(deploy_cfg: dict) -> list[dict]:
    """Return the shape settings of the engine, one item per model file.

    Raises:
        KeyError: the config has no `backend_config`.
    """
    return deploy_cfg['backend_config'].get('model_inputs', [])


def get_dynamic_axes(
    deploy_cfg: DeployConfig,
    axes_names: list[str] | None = None
) -> dict[str, list[int] | dict[int, str]] | None:
    """Return the dynamic axes of each input and output.

    Args:
        axes_names: names for axes that are given as a list; by default the
            input names followed by the output names.

    Returns:
        Axes by name, or None when nothing is dynamic.

    Raises:
        KeyError: there is no export config, or there are no names.
    """
    deploy_cfg = load_config(deploy_cfg)[0]
    ir_config = get_ir_config(deploy_cfg)
    if not ir_config:
        raise KeyError('deploy config: neither ir_config nor onnx_config is '
                       'given')
    dynamic_axes = ir_config.get('dynamic_axes', None)
    if dynamic_axes is None or isinstance(dynamic_axes, dict):
        return dynamic_axes
    if axes_names is None:
        axes_names = (
            list(ir_config.get('input_names', None) or []) +
            list(ir_config.get('output_names', None) or []))
        if not axes_names:
            raise KeyError('ir_config.dynamic_axes is a list without names: '
                           'give input_names and output_names, or a dict')
    return dict(zip(axes_names, dynamic_axes, strict=False))
