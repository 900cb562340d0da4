"""Builds what a deploy config names from a registry of a code base."""
from collections.abc import Sequence
from typing import Any

import mmcv
from mmcv.utils import Registry

from mmdeploy.utils import get_backend, get_codebase, get_codebase_config, get_task_type


def check_model_type(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config,
                     models: Registry) -> None:
    """Refuse a model of another code base than that of the deploy config.

    Raises:
        ValueError: the two configs do not fit.
    """
    kind = model_cfg.get('model', {}).get('type', None)
    if isinstance(kind, str) and models.get(kind) is None:
        raise ValueError(
            f'model config: model.type is {kind!r}, which '
            f'{get_codebase(deploy_cfg).value} does not have; the deploy '
            f'config is for {get_codebase(deploy_cfg).value} '
            '(codebase_config.type): give one of the code base of the model')


def build_task(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, device: str,
               registry: Registry) -> Any:
    """Return the task processor of the deploy config's task.

    Raises:
        KeyError: the code base does not solve the task.
    """
    task = get_task_type(deploy_cfg).value
    if task not in registry.module_dict:
        raise KeyError(
            f'deploy config: codebase_config.task is {task!r}, '
            f'{get_codebase(deploy_cfg).value} solves: '
            f'{", ".join(sorted(registry.module_dict))}')
    return registry.module_dict[task](model_cfg, deploy_cfg, device)


def build_backend_model(model_type: str, registry: Registry, *args,
                        **kwargs) -> Any:
    """Return the model in an engine that the deploy config names.

    Raises:
        KeyError: there is no such model.
    """
    if model_type not in registry.module_dict:
        raise KeyError(
            f'deploy config: codebase_config.model_type is {model_type!r}, '
            f'allowed: {", ".join(sorted(registry.module_dict))}')
    return registry.module_dict[model_type](*args, **kwargs)


def build_configured_model(registry: Registry, model_files: Sequence[str], deploy_cfg: mmcv.Config, device: str,
                           **kwargs: Any) -> Any:
    """Return the model in an engine with its files, as the deploy config says; `kwargs` are the model's own."""
    return registry.build(
        get_codebase_config(deploy_cfg).get('model_type', 'end2end'),
        backend=get_backend(deploy_cfg),
        backend_files=model_files,
        device=device,
        deploy_cfg=deploy_cfg,
        **kwargs)
