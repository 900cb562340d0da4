"""Models of mmocr that cannot be converted, found before anything is built."""
from collections.abc import Sequence
from copy import deepcopy

import mmcv
import torch

from mmdeploy.utils import get_backend_config, get_root_logger

# Models that can be converted, by their types; rewrites name the classes by these lists.
DETECTORS = ('DBNet', 'PSENet', 'PANet', 'TextSnake')
RECOGNISERS = ('CRNNNet', 'SARNet', 'SATRN', 'NRTR', 'RobustScanner', 'MASTER', 'ABINet')
# Why a model cannot be converted, by its type.
_REFUSED_DETECTORS = {
    'FCENet': 'it answers with two maps for each of several levels, which its post-processor takes apart',
    'DRRG': 'between its two networks boxes are grouped by graphs that are built image by image',
    'SDMGR': 'it finds out what texts mean to each other, which is no task of MMDeploy',
    'OCRMaskRCNN': 'it is a detector of mmdet with masks, from which mmocr makes boundaries image by image',
}
_REFUSED_RECOGNISERS = {
    'NerClassifier': 'it reads text and no images, which is no task of MMDeploy',
    'SegRecognizer': 'it finds each symbol as a region of a map, image by image',
}
# Why a recogniser does not run in ncnn.
_NOT_IN_NCNN = {
    'MASTER': 'ncnn has no layer for the mask of its attention',
    'ABINet': 'the masks of its attention have another first axis than the images, which is the batch in ncnn',
}
# Whether a decoder has a class for the padding, the last symbol of AttnConvertor. By this the SDK finds out that a
# dictionary and a network do not fit; of other decoders it takes both.
HAS_PADDING_CLASS = {
    'MasterDecoder': True,
    'NRTRDecoder': False,
    'ParallelSARDecoder': False,
    'SequentialSARDecoder': False,
    'RobustScannerDecoder': False,
    'ABILanguageDecoder': False,
}
# Heads of the SDK for detectors, and for recognisers by the convertor of mmocr: ABIConvertor differs while training.
SDK_HEADS = ('DBHead', 'PANHead', 'PSEHead')
SDK_CONVERTORS = {'CTCConvertor': 'CTCConvertor', 'AttnConvertor': 'AttnConvertor', 'ABIConvertor': 'AttnConvertor'}


def _refuse(found: str, reasons: dict[str, str], supported: Sequence[str]) -> None:
    """Refuse what has a reason.

    Raises:
        NotImplementedError: with the reason, and what can be converted.
    """
    if found in reasons:
        raise NotImplementedError(f'model config: model.type is {found!r}, which cannot be converted: '
                                  f'{reasons[found]}; supported: {", ".join(supported)}')


def _check_task(model: mmcv.ConfigDict, part: str, task: str, other: str) -> None:
    """Refuse a model that lacks the part that makes its results, and so is for the other task.

    Raises:
        ValueError: says which deploy config fits.
    """
    if model.get(part, None) is None:
        raise ValueError(f'model config: model.type is {model.type!r}, which has no {part}; the deploy config is for '
                         f'{task} (codebase_config.task): give one of configs/mmocr/{other}')


def check_detector(model_cfg: mmcv.Config) -> None:
    """Refuse a detector that no rewrite makes convertible.

    Raises:
        NotImplementedError: names it and the reason.
        ValueError: it is no detector.
    """
    _refuse(model_cfg.model.type, _REFUSED_DETECTORS, DETECTORS)
    _check_task(model_cfg.model, 'bbox_head', 'TextDetection', 'text-recognition')


def check_recogniser(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a recogniser that no rewrite makes convertible, or that its engine does not run.

    Raises:
        NotImplementedError: names it, or its decoder, and the reason.
        ValueError: it is no recogniser.
    """
    model = model_cfg.model
    _refuse(model.type, _REFUSED_RECOGNISERS, RECOGNISERS)
    _check_task(model, 'label_convertor', 'TextRecognition', 'text-detection')
    if get_backend_config(deploy_cfg).get('type', None) == 'ncnn':
        in_ncnn = [name for name in RECOGNISERS if name not in _NOT_IN_NCNN]
        _refuse(model.type, {name: f'not to ncnn, {why}' for name, why in _NOT_IN_NCNN.items()}, in_ncnn)
    decoder = model.get('decoder', None) or {}
    if decoder.get('type', None) == 'ParallelSARDecoderWithBS':
        raise NotImplementedError("model config: model.decoder.type is 'ParallelSARDecoderWithBS', whose search among "
                                  "several texts has no end in a graph; use 'ParallelSARDecoder', whose weights are "
                                  'the same')
    if decoder.get('dec_bi_rnn', False):
        raise NotImplementedError('model config: model.decoder.dec_bi_rnn is True: a recurrent layer of both '
                                  'directions needs the whole text before it has decoded any; only False can be '
                                  'converted')


def build_sdk_detector_head(model_cfg: mmcv.Config) -> torch.nn.Module:
    """Build the head of a detector, whose `postprocessor` has the settings that count in mmocr.

    Defaults stand in several places there, and a deprecated `text_repr_type` beside the post-processor wins.

    Raises:
        NotImplementedError: the SDK has no such head, or another post-processor with it; names it.
    """
    from mmocr.models.builder import build_head
    cfg = deepcopy(model_cfg.model.bbox_head)
    if cfg.type not in SDK_HEADS:
        raise NotImplementedError(f'model config: model.bbox_head.type is {cfg.type!r}, which the SDK does not have, '
                                  f'allowed: {", ".join(SDK_HEADS)}; leave out --dump-info')
    head = build_head(cfg)
    found, expected = type(head.postprocessor).__name__, cfg.type.replace('Head', 'Postprocessor')
    if found != expected:
        raise NotImplementedError(f'model config: model.bbox_head.postprocessor.type is {found!r}; with {cfg.type} the '
                                  f'SDK does what {expected} does: set it, or leave out --dump-info')
    return head


def check_sdk_detector(model_cfg: mmcv.Config) -> None:
    """Refuse a detector that the SDK has no head for; say where its results are others.

    Raises:
        NotImplementedError: names the head, or its post-processor.
    """
    shape = build_sdk_detector_head(model_cfg).postprocessor.text_repr_type
    if shape != 'quad':
        get_root_logger().warning(
            f'model config: text_repr_type is {shape!r}; the SDK answers with rectangles around texts')


def check_sdk_recogniser(convertor: dict, steps: Sequence[dict]) -> None:
    """Refuse a recogniser whose text the SDK would not read.

    Args:
        convertor: config of what turns indices to text.
        steps: of the preprocessing.

    Raises:
        NotImplementedError: names the setting.
    """
    if convertor['type'] not in SDK_CONVERTORS:
        raise NotImplementedError(f'model config: label_convertor.type is {convertor["type"]!r}, which the SDK does '
                                  f'not have, allowed: {", ".join(SDK_CONVERTORS)}; leave out --dump-info')
    for step in steps:
        if step.get('padding_mode', 'constant') != 'constant':
            raise NotImplementedError(f'model config: padding_mode of {step["type"]} is {step["padding_mode"]!r}; the '
                                      "SDK pads with one value: set 'constant', or leave out --dump-info")
