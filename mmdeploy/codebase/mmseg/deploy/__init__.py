"""Task processors of MMSegmentation."""
from .mmsegmentation import MMSegmentation
from .segmentation import Segmentation

__all__ = ['MMSegmentation', 'Segmentation']
