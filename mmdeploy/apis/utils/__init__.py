"""Helpers of the API."""
from .calibration import create_calib_input_data
from .utils import build_task_processor, get_predefined_partition_cfg

__all__ = [
    'create_calib_input_data', 'build_task_processor',
    'get_predefined_partition_cfg'
]
