"""OpenVINO, through the C++ engine of the SDK."""
from mmdeploy.backend.base.native import get_engine_version


def is_available() -> bool:
    """Tell whether models can be converted to and run in OpenVINO."""
    return get_engine_version('openvino') is not None


__all__ = ['is_available']

if is_available():
    from .onnx2openvino import from_onnx, get_output_model_file  # noqa: F401
    from .utils import ModelOptimizerOptions  # noqa: F401
    from .wrapper import OpenVINOWrapper  # noqa: F401
    __all__ += [
        'OpenVINOWrapper', 'from_onnx', 'get_output_model_file',
        'ModelOptimizerOptions'
    ]
