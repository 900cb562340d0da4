"""What the converter needs of PPLNN: models cannot run in it here yet."""
from mmdeploy.backend.base import is_backend_available


def is_available() -> bool:
    """Tell whether models can be converted to and run in PPLNN."""
    return is_backend_available('pplnn')


__all__ = ['is_available']
