"""Task processors of MMClassification."""
from .classification import Classification
from .mmclassification import MMClassification

__all__ = ['MMClassification', 'Classification']
