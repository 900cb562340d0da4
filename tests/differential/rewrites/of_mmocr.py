"""Draws of the rewrites of mmocr's layers."""
from collections.abc import Callable

import torch
from mmocr.models.textdet import FPNC
from mmocr.models.textrecog.decoders import (
    ABILanguageDecoder,
    CRNNDecoder,
    MasterDecoder,
    NRTRDecoder,
    ParallelSARDecoder,
    RobustScannerDecoder,
    SequentialSARDecoder,
)
from mmocr.models.textrecog.encoders import NRTREncoder, SAREncoder, SatrnEncoder
from mmocr.models.textrecog.preprocessor.tps_preprocessor import GridGenerator

from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase
from tests.differential.rewrites.draw import Case, Draw, draws

import_codebase(Codebase.MMOCR)
_CFG = dict(codebase_config=dict(type='mmocr', task='TextRecognition'))
_DECODERS = 'mmocr.models.textrecog.decoders'
_ENCODERS = 'mmocr.models.textrecog.encoders'
_TRANSFORMER = dict(n_head=2, d_k=2, d_v=2, d_model=4, d_inner=5)


def _opened(draw: Draw, function: Callable, shape: list[int]) -> Case:
    """Return a case of images [N, C, H, W], some of them padded; batch and width are open where none is."""
    x = draw.tensor(shape)
    ratios = [draw.choice([0.3, 0.5, 0.75, 1.0]) for _ in x] if draw.maybe() else None

    def call(x: torch.Tensor) -> torch.Tensor:
        return function(x, [dict(valid_ratio=ratio) for ratio in ratios or [1.0] * len(x)])

    case = Case(call, (x, ), cfg=_CFG, tolerance=1e-3)
    if ratios is None and draw.maybe(0.7):
        case.open_axes = [0, 3]
        case.others = [draw.tensor([draw.randint(1, 3), *shape[1:3], draw.randint(2, 7)]) for _ in range(2)]
    return case


def _shape(draw: Draw, channels: int, height: int = 0) -> list[int]:
    return [draw.randint(1, 3), channels, height or draw.randint(1, 3), draw.randint(2, 7)]


def _sure(decoder: torch.nn.Module, last: torch.nn.Linear) -> torch.nn.Module:
    """Make symbols so different that rounding chooses none."""
    last.weight.data *= 20
    return decoder


def _sar_decoder(draw: Draw) -> Case:
    kind = draw.choice([ParallelSARDecoder, SequentialSARDecoder])
    size = 4
    decoder = draw.module(kind(
        num_classes=7, enc_bi_rnn=draw.maybe(), dec_gru=draw.maybe(), d_model=3, d_enc=size, d_k=2,
        max_seq_len=draw.randint(1, 3), mask=draw.maybe(0.8), start_idx=5, padding_idx=6,
        pred_concat=draw.maybe() and kind is ParallelSARDecoder))
    _sure(decoder, decoder.prediction)
    width = size * (1 + decoder.enc_bi_rnn)

    def function(x, metas):
        return decoder(x, x.mean((2, 3)).repeat(1, width)[:, :width], None, metas, train_mode=False)

    return _opened(draw, function, _shape(draw, 3))


def _attention_of_sar(draw: Draw) -> Case:
    """Where a decoder looks, by itself: the decoders ask for it in another way."""
    decoder = draw.module(ParallelSARDecoder(
        num_classes=7, dec_bi_rnn=draw.maybe(), dec_gru=draw.maybe(), d_model=3, d_enc=4, d_k=2, padding_idx=6,
        pred_concat=draw.maybe()))
    decoder.train_mode = False
    length = draw.randint(1, 3)

    def function(x, metas):
        symbols = x.mean(2).repeat(1, 2 * length, 1)[:, :4 * length, 0].reshape(-1, length, 4)
        return decoder._2d_attention(symbols, x, x.mean((2, 3)).repeat(1, 2)[:, None, :4], _ratios(metas))

    return _opened(draw, function, _shape(draw, 3))


def _step_of_sar(draw: Draw) -> Case:
    decoder = draw.module(SequentialSARDecoder(num_classes=7, dec_gru=draw.maybe(), d_model=3, d_enc=4, d_k=2,
                                               padding_idx=6, pred_concat=draw.maybe()))

    def function(x, metas):
        states = [x.mean((2, 3)).repeat(1, 2)[:, :4] * factor for factor in (1, 2, -1, 0.5, 3)]
        return decoder._2d_attention(states[0], x, states[0] * 2, *states[1:], valid_ratios=_ratios(metas))

    return _opened(draw, function, _shape(draw, 3))


def _targets_of_sar(draw: Draw) -> Case:
    """A decoder that knows the symbols, as when it trains."""
    length = draw.randint(1, 3)
    decoder = draw.module(SequentialSARDecoder(num_classes=7, dec_gru=draw.maybe(), d_model=3, d_enc=4, d_k=2,
                                               max_seq_len=length, mask=draw.maybe(0.8), padding_idx=6))
    decoder.train_mode = True

    def function(x, metas):
        targets = (x[:, 0, 0, :1].repeat(1, length) * 2).round().clamp(0, 5).long()
        return decoder.forward_train(x, x.mean((2, 3)).repeat(1, 2)[:, :4], dict(padded_targets=targets), metas)

    return _opened(draw, function, _shape(draw, 3))


def _ratios(metas: list[dict]) -> list[float]:
    return [meta['valid_ratio'] for meta in metas]


def _nrtr_decoder(draw: Draw) -> Case:
    order = draw.choice([None, ('self_attn', 'norm', 'enc_dec_attn', 'norm', 'ffn', 'norm')])
    decoder = draw.module(NRTRDecoder(
        d_embedding=4, num_classes=7, start_idx=5, padding_idx=6, qkv_bias=draw.maybe(), operation_order=order,
        max_seq_len=draw.randint(1, 3), n_layers=draw.randint(1, 2), **_TRANSFORMER))
    _sure(decoder, decoder.classifier)
    return _opened(draw, lambda x, metas: decoder(None, x.flatten(2).transpose(1, 2), None, metas, train_mode=False),
                   _shape(draw, 4))


def _robust_scanner(draw: Draw) -> Case:
    decoder = draw.module(RobustScannerDecoder(
        num_classes=7, dim_input=3, dim_model=4, max_seq_len=draw.randint(1, 3), start_idx=5, padding_idx=6,
        mask=True, encode_value=draw.maybe(), hybrid_decoder=dict(type='SequenceAttentionDecoder'),
        position_decoder=dict(type='PositionAttentionDecoder')))
    _sure(decoder, decoder.prediction)
    return _opened(draw, lambda x, metas: decoder(x[:, :3], x, None, metas, train_mode=False), _shape(draw, 4))


def _sar_encoder(draw: Draw) -> Case:
    encoder = draw.module(SAREncoder(draw.maybe(), 0.0, draw.maybe(), 3, 4, draw.maybe(0.8)))
    return _opened(draw, encoder, _shape(draw, 3, height=draw.choice([1, 2])))


def _transformer_encoder(draw: Draw) -> Case:
    encoder = draw.module(draw.choice([NRTREncoder, SatrnEncoder])(n_layers=draw.randint(1, 2), **_TRANSFORMER))
    # mmocr's SATRN changes the features that it is given.
    return _opened(draw, lambda x, metas: encoder(x * 1, metas), _shape(draw, 4))


def _crnn_decoder(draw: Draw) -> Case:
    decoder = draw.module(CRNNDecoder(3, 5, draw.maybe()))
    return _opened(draw, lambda x, metas: decoder(x, None, None, metas, train_mode=False), _shape(draw, 3, 1))


def _master_mask(draw: Draw) -> Case:
    decoder = MasterDecoder(4, 9, num_classes=9, n_head=2, d_model=8, d_inner=4, n_layers=1, max_seq_len=3)
    return Case(lambda x: decoder.make_mask((x * 3).round().long().clamp(0, 9), x.device) * 1e-9,
                (draw.tensor([draw.randint(1, 3), draw.randint(1, 5)]), ), cfg=_CFG)


def _language_decoder(draw: Draw) -> Case:
    length = draw.randint(3, 5)
    decoder = draw.module(ABILanguageDecoder(
        d_model=4, n_head=2, d_inner=5, n_layers=draw.randint(1, 2), max_seq_len=length, num_chars=7, pad_idx=6,
        use_self_attn=draw.maybe()))
    x = draw.tensor([draw.randint(1, 3), length, 7]) * 9
    case = Case(lambda x: decoder(None, x * 1, None, None, train_mode=False)['logits'], (x, ), cfg=_CFG)
    case.open_axes, case.others = [0], [draw.tensor([2, length, 7]) * 9]
    return case


def _grid(draw: Draw) -> Case:
    grid = GridGenerator(draw.choice([4, 6]), (draw.randint(1, 4), draw.randint(1, 4)))
    case = Case(lambda x: grid.build_P_prime(x, 'cpu'), (draw.tensor([draw.randint(1, 3), grid.num_fiducial, 2]), ),
                cfg=_CFG)
    case.open_axes, case.others = [0], [draw.tensor([2, grid.num_fiducial, 2])]
    return case


@draws(*(f'{_DECODERS}.{name}.forward_test' for name in (
    'ParallelSARDecoder', 'SequentialSARDecoder', 'NRTRDecoder', 'RobustScannerDecoder', 'PositionAttentionDecoder')))
def text_decoders(draw: Draw) -> Case:
    return draw.choice([_sar_decoder, _sar_decoder, _nrtr_decoder, _robust_scanner])(draw)


@draws(*(f'{_DECODERS}.{name}' for name in (
    'ParallelSARDecoder._2d_attention', 'SequentialSARDecoder._2d_attention', 'SequentialSARDecoder.forward_train')))
def steps_of_sar(draw: Draw) -> Case:
    return draw.choice([_attention_of_sar, _step_of_sar, _targets_of_sar])(draw)


@draws(f'{_DECODERS}.CRNNDecoder.forward_train@ncnn',
       'mmocr.models.textrecog.layers.lstm_layer.BidirectionalLSTM.forward@ncnn')
def crnn_in_ncnn(draw: Draw) -> Case:
    decoder = draw.module(CRNNDecoder(3, 5, draw.maybe(0.8)))
    return Case(lambda x: decoder(x * 1, None, None, None, train_mode=False),
                (draw.tensor([1, *_shape(draw, 3, 1)[1:]]), ), 'ncnn', cfg=_CFG, tolerance=1e-3)


@draws('mmocr.models.textdet.FPNC.forward@tensorrt')
def neck_of_dbnet(draw: Draw) -> Case:
    attends = draw.maybe()
    neck = draw.module(FPNC([3, 2, 4], 4, 2, *(draw.maybe() for _ in range(4)),
                            asf_cfg=dict(attention_type='ScaleChannelSpatial') if attends else None,
                            conv_after_concat=draw.maybe()))
    x = draw.tensor([draw.randint(1, 2), 9, draw.randint(1, 9), draw.randint(1, 9)])

    def function(x):
        return neck([x[:, :3], x[:, 3:5, ::2, ::2], x[:, 5:, ::4, ::4]])

    case = draw.opened(Case(function, (x, ), 'tensorrt', cfg=dict(_CFG)), [2, 3])
    if case.open_axes:
        case.cfg['onnx_config'] = dict(dynamic_axes=dict(input=[0, 2, 3]))
    return case


@draws(*(f'{_ENCODERS}.{name}.forward' for name in ('SAREncoder', 'NRTREncoder', 'SatrnEncoder')),
       f'{_DECODERS}.CRNNDecoder.forward_train', f'{_DECODERS}.MasterDecoder.make_mask',
       f'{_DECODERS}.ABILanguageDecoder.forward_test',
       'mmocr.models.textrecog.preprocessor.tps_preprocessor.GridGenerator.build_P_prime')
def text_layers(draw: Draw) -> Case:
    return draw.choice([_sar_encoder, _transformer_encoder, _transformer_encoder, _crnn_decoder, _master_mask,
                        _language_decoder, _grid])(draw)
