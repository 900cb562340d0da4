"""What the converter needs of ncnn."""
from mmdeploy.backend.ncnn import is_available, is_custom_ops_available

__all__ = ['is_available', 'is_custom_ops_available']

if is_available():
    from mmdeploy.backend.ncnn.onnx2ncnn import from_onnx as _from_onnx
    from mmdeploy.backend.ncnn.onnx2ncnn import get_output_model_file

    from ..core import PIPELINE_MANAGER

    from_onnx = PIPELINE_MANAGER.register_pipeline()(_from_onnx)
    __all__ += ['from_onnx', 'get_output_model_file']
