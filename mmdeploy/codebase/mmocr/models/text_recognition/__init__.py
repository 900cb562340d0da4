"""Rewrites of text recognisers."""
from .abinet import abi_language_decoder__forward_test, abinet__simple_test
from .base import base_recognizer__forward
from .crnn_decoder import crnndecoder__forward_train
from .encode_decode_recognizer import encode_decode_recognizer__simple_test
from .master_decoder import master_decoder__make_mask
from .nrtr_decoder import nrtr_decoder__forward_test
from .nrtr_encoder import nrtr_encoder__forward
from .padded_recogniser import NRTR, SATRN, RobustScanner, SARNet
from .robust_scanner_decoder import position_attention_decoder__forward_test, robust_scanner_decoder__forward_test
from .sar_decoder import parallel_sar_decoder__forward_test, sequential_sar_decoder__forward_test
from .sar_encoder import sar_encoder__forward
from .satrn_encoder import satrn_encoder__forward
from .tps_preprocessor import grid_generator__build_p_prime

__all__ = [
    'NRTR', 'RobustScanner', 'SARNet', 'SATRN', 'abi_language_decoder__forward_test', 'abinet__simple_test',
    'base_recognizer__forward', 'crnndecoder__forward_train', 'encode_decode_recognizer__simple_test',
    'grid_generator__build_p_prime', 'master_decoder__make_mask', 'nrtr_decoder__forward_test',
    'nrtr_encoder__forward', 'parallel_sar_decoder__forward_test', 'position_attention_decoder__forward_test',
    'robust_scanner_decoder__forward_test', 'sar_encoder__forward', 'satrn_encoder__forward',
    'sequential_sar_decoder__forward_test'
]
