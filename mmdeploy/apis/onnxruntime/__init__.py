"""What the converter needs of ONNX Runtime."""
from mmdeploy.backend.onnxruntime import is_available, is_custom_ops_available

__all__ = ['is_available', 'is_custom_ops_available']
