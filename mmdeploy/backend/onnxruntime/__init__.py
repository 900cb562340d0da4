"""ONNX Runtime, through the C++ engine of the SDK."""
import os.path as osp

from mmdeploy.backend.base.native import get_engine_version

from .init_plugins import get_ops_path


def is_available() -> bool:
    """Tell whether models can run in ONNX Runtime."""
    return get_engine_version('onnxruntime') is not None


def is_custom_ops_available() -> bool:
    """Tell whether there is a library of custom operators."""
    return osp.exists(get_ops_path())


__all__ = []

if is_available():
    from .wrapper import ORTWrapper  # noqa: F401
    __all__ += ['ORTWrapper']
