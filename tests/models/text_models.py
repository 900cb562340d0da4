"""Every text detector and recogniser of mmocr that converts, small, from PyTorch to each engine, against mmocr.

    python -m tests.models.text_models [--engine onnxruntime openvino ...] [--shapes static dynamic] [NAMES...]

Maps and probabilities may differ by 1e-3 of the largest one.
"""
import copy
import importlib
import os.path as osp
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple
from unittest import mock

import mmcv
import mmocr
import torch
from mmocr.models import build_detector

from mmdeploy.codebase import import_codebase
from mmdeploy.codebase.mmocr.deploy.check import check_detector, check_recogniser
from mmdeploy.utils import Codebase, load_config
from tests.graph.models import spread
from tests.models import engines

import_codebase(Codebase.MMOCR)
padded_recogniser = importlib.import_module('mmdeploy.codebase.mmocr.models.text_recognition.padded_recogniser')
CONFIGS = osp.join(osp.dirname(mmocr.__file__), '.mim/configs')
TOLERANCE = 1e-3


class Small(NamedTuple):
    """How a model is made small."""

    config: str
    change: dict[str, Any]
    shape: tuple[int, ...] = (1, 3, 64, 96)
    others: Sequence[tuple[int, ...]] = ((2, 3, 96, 64), (1, 3, 83, 133))  # for open shapes

    @property
    def task(self) -> str:
        """The task, as files are named by it."""
        return {'textdet': 'text-detection', 'textrecog': 'text-recognition'}[self.config.partition('/')[0]]


def _resnet(factor: int, channels: int, **change: Any) -> dict[str, Any]:
    """Return the changes of a ResNet and a neck of `channels`."""
    sizes = [factor * channels * 2**i for i in range(4)]
    return {'backbone.init_cfg': None, 'backbone.base_channels': channels, 'backbone.stem_channels': channels,
            'neck.in_channels': sizes, **change}


def _dbnet(factor: int, **change: Any) -> dict[str, Any]:
    return _resnet(factor, 16, **{'neck.lateral_channels': 32, 'neck.out_channels': 8, 'bbox_head.in_channels': 32,
                                  **change})


def _transformer(part: str, size: int, **change: Any) -> dict[str, Any]:
    found = dict(n_layers=2, n_head=2, d_k=size // 2, d_v=size // 2, d_model=size, d_inner=2 * size, **change)
    return {f'{part}.{key}': value for key, value in found.items()}


_R31 = {'backbone.channels': [8, 16, 32, 32, 64, 64, 64], 'backbone.layers': [1, 1, 1, 1]}
_SAR = {**_R31, 'encoder.d_model': 64, 'encoder.d_enc': 32, 'decoder.d_model': 64, 'decoder.d_enc': 32,
        'decoder.d_k': 16}
_WIDE = dict(shape=(1, 3, 48, 160), others=((2, 3, 48, 160), (3, 3, 48, 96)))
_LOW = dict(shape=(1, 3, 32, 100), others=((2, 3, 32, 100), (1, 3, 32, 64)))

MODELS = {
    'DBNet': Small('textdet/dbnet/dbnet_r18_fpnc_1200e_icdar2015.py', _dbnet(1)),
    'DBNet, DCN': Small('textdet/dbnet/dbnet_r50dcnv2_fpnc_1200e_icdar2015.py', _dbnet(4)),
    'DBNet++': Small('textdet/dbnetpp/dbnetpp_r50dcnv2_fpnc_1200e_icdar2015.py', _dbnet(4)),
    'PSENet': Small('textdet/psenet/psenet_r50_fpnf_600e_icdar2015.py', _resnet(4, 8)),
    'PANet': Small('textdet/panet/panet_r18_fpem_ffm_600e_icdar2015.py', _resnet(
        1, 16, **{'neck.conv_out': 32, 'bbox_head.in_channels': [32] * 4})),
    'TextSnake': Small('textdet/textsnake/textsnake_r50_fpn_unet_1200e_ctw1500.py', _resnet(4, 8),
                       others=((2, 3, 96, 64), (1, 3, 128, 160))),
    'CRNN': Small('textrecog/crnn/crnn_academic_dataset.py', {}, (1, 1, 32, 100), ((3, 1, 32, 100), (2, 1, 32, 144))),
    'CRNN, TPS': Small('textrecog/tps/crnn_tps_academic_dataset.py', {}, (1, 1, 32, 100), ((3, 1, 32, 100), )),
    'SAR': Small('textrecog/sar/sar_r31_parallel_decoder_academic.py', _SAR, **_WIDE),
    'SAR, sequential': Small('textrecog/sar/sar_r31_sequential_decoder_academic.py', _SAR, **_WIDE),
    'SATRN': Small('textrecog/satrn/satrn_small.py', {
        'backbone.hidden_dim': 32, **_transformer('encoder', 32), **_transformer('decoder', 32, d_embedding=32)},
                   **_LOW),
    'NRTR': Small('textrecog/nrtr/nrtr_r31_1by16_1by8_academic.py', {
        **_R31, **_transformer('encoder', 64), **_transformer('decoder', 64, d_embedding=64)},
                  (1, 3, 32, 160), ((2, 3, 32, 160), (3, 3, 32, 96))),
    'RobustScanner': Small('textrecog/robust_scanner/robustscanner_r31_academic.py', {
        **_R31, 'encoder.in_channels': 64, 'encoder.out_channels': 32, 'decoder.dim_input': 64,
        'decoder.dim_model': 32}, **_WIDE),
    'MASTER': Small('textrecog/master/master_r31_12e_ST_MJ_SA.py', {
        'backbone.stem_channels': [8, 16], 'backbone.arch_channels': [32, 32, 64, 64],
        'backbone.arch_layers': [1, 1, 1, 1], 'decoder.d_model': 64, 'decoder.n_head': 2, 'decoder.d_inner': 64,
        'decoder.n_layers': 2}, **_WIDE),
    'ABINet': Small('textrecog/abinet/abinet_academic.py', {
        'encoder.encoder.n_layers': 1, 'encoder.encoder.d_inner': 64, 'decoder.n_layers': 1, 'decoder.d_inner': 64},
                    (1, 3, 32, 128), ((2, 3, 32, 128), )),
}
LENGTH = 4  # symbols: each is a copy of the decoder


class TextModel(NamedTuple):
    """A model of mmocr with random weights, and how it is run."""

    small: Small
    model: torch.nn.Module

    def images(self, dynamic: bool) -> list[torch.Tensor]:
        """Return what a converted network is run with; where images are padded, some are."""
        shapes = (self.small.shape, *(self.small.others if dynamic else ()))
        generator = torch.Generator().manual_seed(1)
        found = [torch.rand(shape, generator=generator) * 1.8 - 0.9 for shape in shapes]
        for x in found:
            for i, width in enumerate(self.widths(x)):
                if width < x.shape[3]:
                    value = padded_recogniser._padding_value(self.model.cfg)
                    x[i, :, :, width:] = torch.tensor(value)[:, None, None]
        return found

    def widths(self, x: torch.Tensor) -> list[int]:
        """Return the columns of each image that are none of padding."""
        if type(self.model).__name__ not in ('SARNet', 'NRTR', 'RobustScanner'):
            return [x.shape[3]] * len(x)
        return [x.shape[3] * (5 - i) // 5 for i in range(len(x))]

    def reference(self, x: torch.Tensor) -> torch.Tensor:
        """Return what mmocr computes before it looks for boundaries or text."""
        model = self.model
        with torch.no_grad():
            features = model.extract_feat(x.clone())
            if self.small.task == 'text-detection':
                return model.bbox_head(features)
            metas = [dict(valid_ratio=width / x.shape[3], resize_shape=(x.shape[2], width)) for width in self.widths(x)]
            if type(model).__name__ == 'ABINet':
                # mmocr itself stops at the logits when it is exported.
                with mock.patch('torch.onnx.is_in_onnx_export', lambda: True):
                    return model.simple_test(x, metas).softmax(-1)
            encoded = model.encoder(features, metas) if model.encoder else None
            return model.decoder(features, encoded, None, metas, train_mode=False)


def build(name: str) -> TextModel:
    """Return a model; see `MODELS`."""
    small = MODELS[name]
    cfg = mmcv.Config.fromfile(osp.join(CONFIGS, small.config))
    cfg.merge_from_dict({f'model.{key}': value for key, value in small.change.items()})
    if 'max_seq_len' in cfg.model and name != 'ABINet':
        cfg.model.max_seq_len = LENGTH
    if 'norm_cfg' in cfg.model.backbone:
        cfg.model.backbone.norm_cfg = dict(type='BN', requires_grad=True)  # of several processors in some configs
    torch.manual_seed(0)
    model = spread(build_detector(copy.deepcopy(cfg.model)))
    # So that symbols differ, and none is nearly as likely as another one.
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding):
            module.weight.data.normal_(0, 2, generator=torch.Generator().manual_seed(0))
        elif isinstance(module, torch.nn.RNNBase | torch.nn.RNNCellBase):
            for weight in module.parameters():
                weight.data *= 4
    if small.task == 'text-recognition':
        last = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
        last.weight.data *= 20
    model.cfg = cfg
    return TextModel(small, model.eval().requires_grad_(False))


def deploy_config(task: str, engine: str, dynamic: bool) -> mmcv.Config:
    """Return a deploy config; its engine's documented one, with the shapes that are asked for."""
    kind = {'ncnn': 'ncnn_static', 'torchscript': 'torchscript'}.get(engine, f'{engine}_dynamic')
    if engine == 'openvino':
        kind = 'openvino_dynamic-640x640' if task == 'text-detection' else 'openvino_dynamic-1x32x100'
    cfg = load_config(f'configs/mmocr/{task}/{task}_{kind}.py')[0]
    if not dynamic:
        engines.get_ir(cfg).pop('dynamic_axes', None)
    return cfg


def refused(name: str, engine: str) -> str:
    """Return why a model is refused before it is converted for an engine; empty if it is not."""
    small = MODELS[name]
    cfg = mmcv.Config.fromfile(osp.join(CONFIGS, small.config))
    try:
        if small.task == 'text-detection':
            check_detector(cfg)
        else:
            check_recogniser(cfg, mmcv.Config(dict(backend_config=dict(type=engine))))
    except NotImplementedError as error:
        return str(error)
    return ''


def prove(name: str, engine: str, dynamic: bool) -> list[float]:
    """Convert a model; return the largest difference for each of its batches of images."""
    built = build(name)
    images = built.images(dynamic and engine != 'ncnn')
    return engines.differences(copy.deepcopy(built.model), images, deploy_config(built.small.task, engine, dynamic),
                               lambda x: built.reference(x).numpy())


def main(argv: Sequence[str] | None = None) -> int:
    """Convert and compare; return 1 when one differs or fails."""
    def check(name: str, engine: str, dynamic: bool) -> tuple[bool, str]:
        if engine == 'ncnn' and dynamic:
            return True, 'documented for static shapes'
        refusal = refused(name, engine)
        if refusal:
            return True, f'refused: {refusal}'
        differences = prove(name, engine, dynamic)
        return max(differences) <= TOLERANCE, ', '.join(f'{value:.1e}' for value in differences)

    return engines.prove_all(__doc__, tuple(MODELS), check, argv)


if __name__ == '__main__':
    sys.exit(main())
