"""OpenMMLab code bases, one folder each, imported on demand."""
from mmdeploy.utils import Codebase  # noqa: F401

from .base import BaseTask, MMCodebase, get_codebase_class
from .import_codebase import extra_dependent_library, import_codebase  # noqa: F401
from .task_processor import build_task_processor, get_predefined_partition_cfg  # noqa: F401

__all__ = ['MMCodebase', 'BaseTask', 'get_codebase_class']
