"""SAR, by the name that MMDeploy gives its rewrite."""
from .padded_recogniser import PaddedRecogniser as SARNet

__all__ = ['SARNet']
