"""What code bases have in common."""
from .backend_model import BaseBackendModel, End2EndBackendModel
from .builder import build_backend_model, build_configured_model, build_task, check_model_type
from .image_task import ImageTask, check_images
from .mmcodebase import CODEBASE, MMCodebase, get_codebase_class
from .task import BaseTask, Labels, SDKHead, SDKNetwork

__all__ = [
    'BaseBackendModel', 'End2EndBackendModel', 'BaseTask', 'ImageTask', 'Labels', 'SDKHead', 'SDKNetwork',
    'MMCodebase', 'get_codebase_class', 'CODEBASE', 'build_backend_model', 'build_configured_model',
    'build_task', 'check_images', 'check_model_type'
]
