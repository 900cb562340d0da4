"""TorchScript, through the C++ engine of the SDK."""
from mmdeploy.backend.base.native import get_engine_version

from .init_plugins import get_ops_path, ops_available


def is_available() -> bool:
    """Tell whether models can run in LibTorch."""
    return get_engine_version('torchscript') is not None


def is_custom_ops_available() -> bool:
    """Tell whether there is a library of custom operators."""
    return ops_available()


__all__ = ['is_custom_ops_available', 'get_ops_path', 'ops_available', 'is_available']

if is_available():
    from .wrapper import TorchscriptWrapper  # noqa: F401
    __all__ += ['TorchscriptWrapper']
