"""Rewrites of text recognisers."""
from .base import base_recognizer__forward
from .crnn_decoder import crnndecoder__forward_train
from .encode_decode_recognizer import encode_decode_recognizer__simple_test

__all__ = ['base_recognizer__forward', 'encode_decode_recognizer__simple_test', 'crnndecoder__forward_train']
