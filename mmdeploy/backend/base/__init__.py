"""What engines have in common."""
from .backend_manager import BackendManager, get_backend_manager, is_backend_available, list_backends
from .backend_wrapper_registry import BACKEND_WRAPPER, get_backend_file_count, get_backend_wrapper_class
from .base_wrapper import BaseWrapper
from .native_wrapper import NativeWrapper

__all__ = [
    'BaseWrapper', 'BACKEND_WRAPPER', 'get_backend_wrapper_class',
    'get_backend_file_count', 'BackendManager', 'get_backend_manager',
    'is_backend_available', 'list_backends', 'NativeWrapper'
]
