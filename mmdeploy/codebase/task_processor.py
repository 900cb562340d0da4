"""Finds the task processor of a deploy config."""
import mmcv

from mmdeploy.utils import get_codebase, get_task_type

from .base import BaseTask, get_codebase_class
from .import_codebase import import_codebase


def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config,
                         device: str) -> BaseTask:
    """Return the task processor of a deploy config.

    Args:
        model_cfg: loaded config of the model.
        deploy_cfg: loaded deploy config.
        device: e.g. `cpu` or `cuda:0`.

    Raises:
        AssertionError: `codebase_config.type` or `.task` is missing.
        ImportError: the code base is not installed.
    """
    codebase = get_codebase(deploy_cfg)
    import_codebase(codebase)
    return get_codebase_class(codebase).build_task_processor(
        model_cfg, deploy_cfg, device)


def get_predefined_partition_cfg(deploy_cfg: mmcv.Config,
                                 partition_type: str) -> list[dict]:
    """Return how the task of a deploy config cuts its models."""
    codebase = get_codebase(deploy_cfg)
    import_codebase(codebase)
    task_class = get_codebase_class(codebase).get_task_class(
        get_task_type(deploy_cfg))
    return task_class.get_partition_cfg(partition_type)
