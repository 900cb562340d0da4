"""Rewrites of text recognisers."""
from .abinet import abi_language_decoder__forward_test, abinet__simple_test
from .base import base_recognizer__forward
from .crnn_decoder import crnndecoder__forward_train, crnndecoder__forward_train__ncnn
from .encode_decode_recognizer import encode_decode_recognizer__simple_test
from .lstm_layer import bidirectionallstm__forward__ncnn
from .master_decoder import master_decoder__make_mask
from .nrtr_decoder import nrtr_decoder__forward_test
from .nrtr_encoder import nrtr_encoder__forward
from .padded_recogniser import PaddedRecogniser
from .robust_scanner_decoder import (
    position_attention_decoder__forward_test,
    position_aware_layer__forward__ncnn,
    robust_scanner_decoder__forward_test,
)
from .sar import SARNet
from .sar_decoder import (
    SequentialSARDecoder,
    parallel_sar_decoder__2d_attention,
    parallel_sar_decoder__forward_test,
    sequential_sar_decoder__2d_attention,
    sequential_sar_decoder__forward_test,
    sequential_sar_decoder__forward_train,
)
from .sar_encoder import sar_encoder__forward
from .satrn_encoder import satrn_encoder__forward
from .tps_preprocessor import grid_generator__build_p_prime

__all__ = [
    'PaddedRecogniser', 'SARNet', 'SequentialSARDecoder', 'abi_language_decoder__forward_test', 'abinet__simple_test',
    'base_recognizer__forward', 'bidirectionallstm__forward__ncnn', 'crnndecoder__forward_train',
    'crnndecoder__forward_train__ncnn', 'encode_decode_recognizer__simple_test', 'grid_generator__build_p_prime',
    'master_decoder__make_mask', 'nrtr_decoder__forward_test', 'nrtr_encoder__forward',
    'parallel_sar_decoder__2d_attention', 'parallel_sar_decoder__forward_test',
    'position_attention_decoder__forward_test', 'position_aware_layer__forward__ncnn',
    'robust_scanner_decoder__forward_test', 'sar_encoder__forward', 'satrn_encoder__forward',
    'sequential_sar_decoder__2d_attention', 'sequential_sar_decoder__forward_test',
    'sequential_sar_decoder__forward_train'
]
