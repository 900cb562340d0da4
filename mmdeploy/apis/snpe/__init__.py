"""What the converter needs of SNPE: models cannot run in it here yet."""
from mmdeploy.backend.base import is_backend_available


def is_available() -> bool:
    """Tell whether models can be converted to and run in SNPE."""
    return is_backend_available('snpe')


__all__ = ['is_available']
