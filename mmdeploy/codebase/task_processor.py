"""Finds the task processor of a deploy config."""
import mmcv

from mmdeploy.utils import get_codebase, get_ir_config, get_task_type
from mmdeploy.utils.deploy_keys import check_deploy_keys

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
        ValueError: a key of the deploy config is misspelt.
    """
    check_deploy_keys(deploy_cfg)
    codebase = get_codebase(deploy_cfg)
    import_codebase(codebase)
    return get_codebase_class(codebase).build_task_processor(
        model_cfg, deploy_cfg, device)


def get_predefined_partition_cfg(deploy_cfg: mmcv.Config,
                                 partition_type: str) -> list[dict]:
    """Return how the task of a deploy config cuts its models.

    A part that begins with the input of the model keeps its shapes when the deploy config fixes them: what lies inside
    holds for these only.
    """
    codebase = get_codebase(deploy_cfg)
    import_codebase(codebase)
    task_class = get_codebase_class(codebase).get_task_class(
        get_task_type(deploy_cfg))
    parts = task_class.get_partition_cfg(partition_type)
    if not get_ir_config(deploy_cfg).get('dynamic_axes', None):
        inputs = set(get_ir_config(deploy_cfg).get('input_names', None) or ['input'])
        for part in parts:
            if inputs & set(part.get('dynamic_axes', None) or ()):
                part['dynamic_axes'] = None
    return parts
