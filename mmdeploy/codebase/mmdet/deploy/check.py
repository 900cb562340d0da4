"""What cannot be converted, found in the configs before anything is built."""
from collections.abc import Iterator

import mmcv

from mmdeploy.utils import (
    get_backend_config,
    get_codebase_config,
    get_ir_config,
    get_partition_config,
    is_dynamic_shape,
)

from .model_partition_cfg import MMDET_PARTITION_CFG


def has_masks(model_cfg: mmcv.Config) -> bool:
    """Tell whether a detector has a head for instance masks."""
    model = model_cfg.model
    roi_head = model.get('roi_head', None) or {}
    return any(bool(part.get('mask_head', None)) for part in (model, roi_head))


def check_masks(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a deploy config with masks for a detector without them, and the other way round.

    Raises:
        ValueError: says which deploy config fits.
    """
    if get_backend_config(deploy_cfg).get('type', None) == 'sdk':
        return
    wanted, there = 'masks' in (get_ir_config(deploy_cfg).get('output_names', None) or ()), has_masks(model_cfg)
    kind = model_cfg.model.type
    if wanted and not there:
        raise ValueError(
            f"deploy config: output_names asks for 'masks', but the model {kind} has no mask_head; use a deploy config "
            'of configs/mmdet/detection')
    if there and get_partition_config(deploy_cfg) is not None:
        raise ValueError(f'deploy config: partition_config has no part for the masks of the model {kind}; use a deploy '
                         'config of configs/mmdet/instance-seg, or remove `mask_head` and `mask_roi_extractor` from '
                         'model.roi_head of the model config')
    if there and not wanted:
        raise ValueError(
            f"deploy config: output_names lacks 'masks', which the model {kind} gives; use a deploy config of "
            'configs/mmdet/instance-seg, or remove `mask_head` and `mask_roi_extractor` from model.roi_head of the '
            'model config')


def _heads(model: mmcv.ConfigDict) -> Iterator[tuple[str, dict]]:
    """Yield the heads that tell classes apart, with their keys."""
    for where, owner in (('model', model), ('model.roi_head', model.get('roi_head', None) or {})):
        for key in ('bbox_head', 'mask_head'):
            heads = owner.get(key, None) or ()
            for i, head in enumerate(heads if isinstance(heads, list | tuple) else [heads]):
                yield f'{where}.{key}' + (f'[{i}]' if isinstance(heads, list | tuple) else ''), head


def check_classes(model_cfg: mmcv.Config) -> None:
    """Refuse a model whose heads have another number of classes than the data set.

    Raises:
        ValueError: names the head, and both numbers.
    """
    from .object_detection_model import get_classes_from_config
    try:
        count = len(get_classes_from_config(model_cfg))
    except RuntimeError:  # nobody says
        return
    for where, head in _heads(model_cfg.model):
        found = head.get('num_classes', count)
        if found != count:
            raise ValueError(f'model config: {where}.num_classes is {found}, but the data set has {count} classes; set '
                             'both to the number of classes that the checkpoint was trained with')


def check_engine(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse what an engine cannot run.

    Raises:
        ValueError: the deploy config is for another kind of detector.
        NotImplementedError: the engine lacks what the detector needs.
    """
    if get_backend_config(deploy_cfg).get('type', None) == 'ncnn':
        _check_ncnn(model_cfg, deploy_cfg)


def check_partition(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a detector for which the parts of `partition_config.type` are not made.

    Raises:
        NotImplementedError: says which partition fits.
    """
    partition = get_partition_config(deploy_cfg)
    if partition is not None and partition.get('type', None) in MMDET_PARTITION_CFG:
        check_stages(model_cfg.model, partition['type'])


def can_be_two_stage(model: mmcv.ConfigDict) -> bool:
    """Tell whether a detector can be cut as 'two_stage': it chooses proposals, and one box head refines them."""
    return (model.get('roi_head', None) or {}).get('type', None) == 'StandardRoIHead'


def check_stages(model: mmcv.ConfigDict, partition: str) -> None:
    """Refuse a detector that has other stages than its partition.

    Args:
        model: `model` of the model config.
        partition: a key of MMDET_PARTITION_CFG.

    Raises:
        NotImplementedError: says which partition fits.
    """
    roi_head = model.get('roi_head', None)
    if roi_head is None and 'rpn_head' in model:
        raise NotImplementedError(f'{model.type} gives proposals and cannot be cut as {partition!r}; leave out '
                                  'partition_config')
    advice = "set partition_config.type to 'two_stage'" if can_be_two_stage(model) else 'leave out partition_config'
    if partition == 'single_stage' and roi_head is not None:
        raise NotImplementedError(f'{model.type} has two stages and cannot be cut as a detector of one; {advice}')
    if partition != 'two_stage':
        return
    if roi_head is None:
        raise NotImplementedError(f"{model.type} has one stage and cannot be cut as 'two_stage'; set "
                                  "partition_config.type to 'single_stage'")
    if not can_be_two_stage(model):
        raise NotImplementedError("a model can be cut as 'two_stage' with roi_head of type 'StandardRoIHead' only, "
                                  f'found {roi_head.type!r}; leave out partition_config')


# Of those ncnn's own layer selects the boxes; tests/models/detectors_in_engines.py compares each with PyTorch.
NCNN_HEADS = ('RetinaHead', 'FCOSHead', 'FSAFHead', 'SSDHead', 'YOLOV3Head', 'YOLOXHead', 'ATSSHead', 'FoveaHead',
              'GFLHead', 'RepPointsHead', 'VFNetHead')


def _check_ncnn(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """ncnn has no non-maximum suppression but the one in its layers for one-stage detectors."""
    model = model_cfg.model
    partition = get_partition_config(deploy_cfg)
    if partition is not None:
        return
    if 'roi_head' in model or 'rpn_head' in model:
        advice = ('use configs/mmdet/detection/two-stage_partition_ncnn_static.py' if can_be_two_stage(model) else
                  'convert it for another engine, for example with '
                  'configs/mmdet/detection/detection_onnxruntime_dynamic.py')
        raise NotImplementedError(
            f'ncnn cannot run the model {model.type} as a whole: it cannot choose proposals; {advice}')
    if get_codebase_config(deploy_cfg).get('model_type', None) != 'ncnn_end2end':
        raise ValueError("deploy config: codebase_config.model_type must be 'ncnn_end2end' for one-stage detectors in "
                         'ncnn; use configs/mmdet/detection/single-stage_ncnn_*.py')
    if is_dynamic_shape(deploy_cfg):
        raise NotImplementedError(
            'ncnn runs one-stage detectors with the size only that they were converted for; use '
            'configs/mmdet/detection/single-stage_ncnn_static-300x300.py, or another input_shape')
    if model.backbone.type == 'SwinTransformer':
        raise NotImplementedError('ncnn cannot run the backbone SwinTransformer: it exchanges more axes than ncnn has; '
                                  'convert the model for another engine')
    head = model.bbox_head.type
    if head not in NCNN_HEADS:
        raise NotImplementedError(f'ncnn cannot run the head {head}, supported: {", ".join(NCNN_HEADS)}; '
                                  'convert the model for another engine')
