"""Task processors of MMOCR."""
from .mmocr import MMOCR
from .text_detection import TextDetection
from .text_recognition import TextRecognition

__all__ = ['MMOCR', 'TextDetection', 'TextRecognition']
