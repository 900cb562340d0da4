"""What code bases have in common."""
from .backend_model import BaseBackendModel
from .mmcodebase import CODEBASE, MMCodebase, get_codebase_class
from .task import BaseTask

__all__ = [
    'BaseBackendModel', 'BaseTask', 'MMCodebase', 'get_codebase_class',
    'CODEBASE'
]
