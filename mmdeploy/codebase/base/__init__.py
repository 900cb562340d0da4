"""What code bases have in common."""
from .backend_model import BaseBackendModel
from .builder import build_backend_model, build_task
from .mmcodebase import CODEBASE, MMCodebase, get_codebase_class
from .task import BaseTask

__all__ = [
    'BaseBackendModel', 'BaseTask', 'MMCodebase', 'get_codebase_class',
    'CODEBASE', 'build_backend_model', 'build_task'
]
