"""The SDK: models together with their pre- and post-processing."""
from mmdeploy.backend.base.native import is_native_available
from mmdeploy.utils import get_file_path  # noqa: F401  # a documented name of this package


def is_available() -> bool:
    """Tell whether the SDK's Python module can be imported."""
    return is_native_available()


__all__ = []

if is_available():
    from .wrapper import SDKWrapper  # noqa: F401
    __all__ += ['SDKWrapper']
