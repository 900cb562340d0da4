"""What the converter needs of TensorRT: models cannot run in it here yet."""
from mmdeploy.backend.base import get_backend_manager, is_backend_available


def is_available() -> bool:
    """Tell whether models can be converted to and run in TensorRT."""
    return is_backend_available('tensorrt')


def is_custom_ops_available() -> bool:
    """Tell whether models with custom operators can run."""
    return is_available() and get_backend_manager('tensorrt').is_custom_ops_available()


__all__ = ['is_available', 'is_custom_ops_available']
