"""Models of mmocr that cannot be converted, found before anything is built."""
from collections.abc import Sequence

import mmcv

from mmdeploy.utils import get_backend_config, get_root_logger

# Why a model cannot be converted, by its type.
_DETECTORS = {
    'FCENet': 'it answers with two maps for each of several levels, which its post-processor takes apart',
    'DRRG': 'between its two networks boxes are grouped by graphs that are built image by image',
    'SDMGR': 'it finds out what texts mean to each other, which is no task of MMDeploy',
    'OCRMaskRCNN': 'it is a detector of mmdet with masks, from which mmocr makes boundaries image by image',
}
_RECOGNISERS = {
    'NerClassifier': 'it reads text and no images, which is no task of MMDeploy',
    'SegRecognizer': 'it finds each symbol as a region of a map, image by image',
}
# Why a recogniser does not run in ncnn.
_NOT_IN_NCNN = {
    'RobustScanner': 'its recurrent layer reads all lines of a map as a batch, and ncnn has no batches',
    'MASTER': 'ncnn has no layer for the mask of its attention',
    'ABINet': 'the masks of its attention have another first axis than the images, which is the batch in ncnn',
}
_SDK_HEADS = ('DBHead', 'PANHead', 'PSEHead')
_SDK_CONVERTORS = ('CTCConvertor', 'AttnConvertor')


def _refuse(found: str, reasons: dict[str, str], supported: Sequence[str]) -> None:
    """Refuse what has a reason.

    Raises:
        NotImplementedError: with the reason, and what can be converted.
    """
    if found in reasons:
        raise NotImplementedError(f'model config: model.type is {found!r}, which cannot be converted: '
                                  f'{reasons[found]}; supported: {", ".join(supported)}')


def check_detector(model_cfg: mmcv.Config) -> None:
    """Refuse a detector that no rewrite makes convertible.

    Raises:
        NotImplementedError: names it and the reason.
    """
    _refuse(model_cfg.model.type, _DETECTORS, ('DBNet', 'PSENet', 'PANet', 'TextSnake'))


def check_recogniser(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a recogniser that no rewrite makes convertible, or that its engine does not run.

    Raises:
        NotImplementedError: names it, or its decoder, and the reason.
    """
    model = model_cfg.model
    supported = ('CRNNNet', 'SARNet', 'SATRN', 'NRTR', 'RobustScanner', 'MASTER', 'ABINet')
    _refuse(model.type, _RECOGNISERS, supported)
    if get_backend_config(deploy_cfg).get('type', None) == 'ncnn':
        in_ncnn = [name for name in supported if name not in _NOT_IN_NCNN]
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


def check_sdk_detector(model_cfg: mmcv.Config) -> None:
    """Refuse a detector that the SDK has no head for; say where its results are others.

    Raises:
        NotImplementedError: names the head.
    """
    head = model_cfg.model.bbox_head
    if head.type not in _SDK_HEADS:
        raise NotImplementedError(f'model config: model.bbox_head.type is {head.type!r}, which the SDK does not have, '
                                  f'allowed: {", ".join(_SDK_HEADS)}; leave out --dump-info')
    shape = (head.get('postprocessor', None) or {}).get('text_repr_type', head.get('text_repr_type', 'poly'))
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
    if convertor['type'] not in _SDK_CONVERTORS:
        raise NotImplementedError(f'model config: label_convertor.type is {convertor["type"]!r}, which the SDK does '
                                  f'not have, allowed: {", ".join(_SDK_CONVERTORS)}; leave out --dump-info')
    for step in steps:
        if step.get('padding_mode', 'constant') != 'constant':
            raise NotImplementedError(f'model config: padding_mode of {step["type"]} is {step["padding_mode"]!r}; the '
                                      "SDK pads with one value: set 'constant', or leave out --dump-info")
