"""ncnn, through the C++ engine of the SDK."""
from mmdeploy.backend.base.native import get_engine_version

from .init_plugins import get_onnx2ncnn_path, get_ops_path
from .onnx2ncnn import from_onnx


def is_available() -> bool:
    """Tell whether models can be converted to and run in ncnn."""
    return get_engine_version('ncnn') is not None


def is_custom_ops_available() -> bool:
    """Tell whether the layers that ncnn itself lacks are there: they are part of the engine."""
    return is_available()


__all__ = [
    'is_available', 'is_custom_ops_available', 'get_ops_path',
    'get_onnx2ncnn_path', 'from_onnx'
]

if is_available():
    from .wrapper import NCNNWrapper  # noqa: F401
    __all__ += ['NCNNWrapper']
