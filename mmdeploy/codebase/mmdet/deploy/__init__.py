"""Task processors of MMDetection."""
from .mmdetection import MMDetection
from .object_detection import ObjectDetection
from .utils import get_post_processing_params

__all__ = ['MMDetection', 'ObjectDetection', 'get_post_processing_params']
