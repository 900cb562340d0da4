"""What users call."""
from .calibration import create_calib_input_data
from .extract_model import extract_model
from .inference import inference_model
from .pytorch2onnx import torch2onnx
from .pytorch2torchscript import torch2torchscript
from .utils import build_task_processor, get_predefined_partition_cfg
from .visualize import visualize_model

__all__ = [
    'create_calib_input_data', 'extract_model', 'inference_model',
    'torch2onnx', 'torch2torchscript', 'build_task_processor',
    'get_predefined_partition_cfg', 'visualize_model'
]
