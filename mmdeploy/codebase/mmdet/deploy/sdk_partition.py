"""What the SDK runs around the networks of a detector that is cut."""
from collections.abc import Sequence
from typing import NamedTuple

import mmcv
import numpy as np

from mmdeploy.codebase.base import SDKNetwork
from mmdeploy.utils import get_partition_config

from .check import check_stages
from .model_partition_cfg import MMDET_PARTITION_CFG
from .utils import get_nms_params, get_post_processing_params, get_proposal_params

Tensors = dict[str, np.ndarray]

# What passes the marks at which detectors are cut.
_FIRST_BOXES, _LAST_BOXES = 'multiclass_nms[0]:input', 'multiclass_nms[1]:input'


def _at(marked: Tensors, mark: str) -> Tensors:
    """Return the tensors of a mark by their names."""
    return {key[len(mark) + 1:]: array for key, array in marked.items() if key.startswith(f'{mark}/')}


def _step(name: str, component: str, inputs: Sequence[str], output: str, params: dict) -> dict:
    """Return a task of pipeline.json that is no network."""
    return dict(type='Task', module='mmdet', name=name, component=component, params=params, input=list(inputs),
                output=[output])


def _ends(parts: Sequence[dict]) -> list[list[str]]:
    """Return where the parts of a model end."""
    return [[part['end']] if isinstance(part['end'], str) else list(part['end']) for part in parts]


class CutDetector(NamedTuple):
    """A detector that is cut, as its configs say.

    Attributes:
        name: of the model in the SDK.
        model: `model` of the model config.
        deploy_cfg: deploy config.
        parts: how it is cut.
    """
    name: str
    model: mmcv.ConfigDict
    deploy_cfg: mmcv.Config
    parts: list[dict]

    def networks(self) -> list[SDKNetwork]:
        """Return the networks, first to last."""
        return [SDKNetwork(self.name, self.parts[0]['save_file'])]

    def steps(self, net: dict) -> list[dict]:
        """Return the tasks of pipeline.json in front of the head; see `BaseTask.get_sdk_steps`."""
        return [net]

    def reference_steps(self, marked: Tensors) -> dict[str, Tensors]:
        """Return what the tasks give; see `BaseTask.get_reference_steps`."""
        return {self.name: _at(marked, _FIRST_BOXES)}

    def ranked_steps(self) -> Sequence[str]:
        """Return the tasks whose rows stand by their scores."""
        return [self.name]

    def nms_params(self) -> dict:
        """Return the arguments of the last suppression."""
        return get_nms_params(self.deploy_cfg, self.model.test_cfg)

    def check(self) -> None:
        """Refuse models that are not cut so.

        Raises:
            NotImplementedError: the SDK has no steps for this model.
        """
        check_stages(self.model, 'single_stage')


class CutYOLOV3(CutDetector):
    """YOLOv3 in front of its decoding (mark `yolo_head`)."""

    def steps(self, net: dict) -> list[dict]:
        from mmdet.models.builder import build_head
        head = build_head(self.model.bbox_head)  # knows the anchors that the config leaves out
        generator = head.prior_generator
        params = dict(
            anchor_generator=dict(strides=generator.strides, base_sizes=generator.base_sizes),
            num_classes=head.num_classes,
            conf_thr=self.model.test_cfg.get('conf_thr',
                                             get_post_processing_params(self.deploy_cfg).confidence_threshold),
            score_thr=get_nms_params(self.deploy_cfg, self.model.test_cfg)['score_threshold'])
        return [
            dict(net, output=['pred_maps']),
            _step('decode', 'YOLOV3Decode', net['input'] + ['pred_maps'], 'infer_output', params)
        ]

    def reference_steps(self, marked: Tensors) -> dict[str, Tensors]:
        return {self.name: _at(marked, 'yolo_head[0]:input'), 'decode': _at(marked, _FIRST_BOXES)}

    def ranked_steps(self) -> Sequence[str]:
        return ()

    def nms_params(self) -> dict:
        # The decoding has looked at the thresholds.
        return dict(super().nms_params(), score_threshold=0.0)

    def check(self) -> None:
        kind = self.model.get('bbox_head', {}).get('type', None)
        if kind != 'YOLOV3Head':
            raise NotImplementedError(f'a model with bbox_head of type {kind!r} that is cut at yolo_head:input does '
                                      "not run in the SDK, allowed: 'YOLOV3Head'; leave out partition_config, or "
                                      '--dump-info')


class CutTwoStage(CutDetector):
    """A detector of two stages in front of its proposals, and around its box head."""

    @property
    def _second(self) -> str:
        return f'{self.name}_bbox_head'

    def networks(self) -> list[SDKNetwork]:
        return [*super().networks(), SDKNetwork(self._second, self.parts[1]['save_file'])]

    def steps(self, net: dict) -> list[dict]:
        extractor, head = self.model.roi_head.bbox_roi_extractor, self.model.roi_head.bbox_head
        roi_params = dict(
            {key: extractor[key] for key in ('roi_layer', 'featmap_strides', 'finest_scale') if key in extractor},
            **get_proposal_params(self.deploy_cfg, self.model.test_cfg.rpn))
        # What mmdet's BBoxHead has where the config says nothing.
        head_params = dict(num_classes=head.get('num_classes', 80),
                           reg_class_agnostic=head.get('reg_class_agnostic', False),
                           bbox_coder=head.get('bbox_coder', dict(target_means=[0.] * 4, target_stds=[.1, .1, .2, .2])))
        second = dict(type='Task', module='Net', name=self._second, input=['roi_output'], output=['bbox_output'])
        if 'use_vulkan' in net:
            second['use_vulkan'] = net['use_vulkan']
        return [
            dict(net, output=['rpn_output']),
            _step('roi_extractor', 'SingleRoIExtractor', ['rpn_output'], 'roi_output', roi_params), second,
            _step('bbox_head', 'BBoxHead', net['input'] + ['roi_output', 'bbox_output'], 'infer_output', head_params)
        ]

    def reference_steps(self, marked: Tensors) -> dict[str, Tensors]:
        return {
            self.name: dict(_at(marked, 'extract_feat[0]:output'), **_at(marked, _FIRST_BOXES)),
            'roi_extractor': dict(rois=marked['roi_extractor[0]:input/rois'],
                                  bbox_feats=marked['roi_extractor[0]:output/bbox_feats']),
            self._second: _at(marked, 'bbox_head_forward[0]:output'),
            'bbox_head': _at(marked, _LAST_BOXES)
        }

    def ranked_steps(self) -> Sequence[str]:
        return [self.name, 'roi_extractor', self._second, 'bbox_head']

    def nms_params(self) -> dict:
        return get_nms_params(self.deploy_cfg, self.model.test_cfg.rcnn)

    def check(self) -> None:
        check_stages(self.model, 'two_stage')
        head = self.model.roi_head
        box_head = head.get('bbox_head', {})
        found = dict(
            bbox_roi_extractor=head.get('bbox_roi_extractor', {}).get('type', None),
            roi_layer=head.get('bbox_roi_extractor', {}).get('roi_layer', {}).get('type', None),
            bbox_coder=box_head.get('bbox_coder', {}).get('type', 'DeltaXYWHBBoxCoder'))
        allowed = dict(bbox_roi_extractor='SingleRoIExtractor', roi_layer='RoIAlign', bbox_coder='DeltaXYWHBBoxCoder')
        for key, value in found.items():
            if value != allowed[key]:
                raise NotImplementedError(f"a model that is cut as 'two_stage' runs in the SDK with {key} of type "
                                          f'{allowed[key]!r} only, found {value!r}; leave out partition_config, or '
                                          '--dump-info')
        if head.get('mask_head', None) is not None:
            raise NotImplementedError(
                "the parts of 'two_stage' give no masks, and the model has mask_head; leave out partition_config")
        loss = box_head.get('loss_cls', {}).get('type', 'CrossEntropyLoss')
        if loss == 'SeesawLoss':
            raise NotImplementedError(f'the scores of bbox_head with loss_cls {loss!r} have a custom_activation, which '
                                      "the SDK's head of 'two_stage' does not know; leave out partition_config")
        if box_head.get('bbox_coder', {}).get('add_ctr_clamp', False):
            raise NotImplementedError("bbox_coder.add_ctr_clamp is not known to the SDK's head of 'two_stage'; leave "
                                      'out partition_config, or --dump-info')


_KINDS = {
    'multiclass_nms:input': CutDetector,
    'yolo_head:input': CutYOLOV3,
}


def find_cut(name: str, model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> CutDetector | None:
    """Return how a detector is cut, or None if it is whole.

    Raises:
        NotImplementedError: it is cut in a way that the SDK does not know.
    """
    partition = get_partition_config(deploy_cfg)
    if partition is None:
        return None
    parts = partition.get('partition_cfg', None) or MMDET_PARTITION_CFG.get(partition.get('type', None), None)
    ends = _ends(parts or [])
    kind = _KINDS.get(ends[0][0]) if len(ends) == 1 and len(ends[0]) == 1 else None
    if ends == _ends(MMDET_PARTITION_CFG['two_stage']):
        kind = CutTwoStage
    if kind is None:
        raise NotImplementedError(
            f'a model that is cut as {partition.get("type")!r} does not run in the SDK, allowed: single_stage, '
            'two_stage, and one part that ends at multiclass_nms:input or yolo_head:input; leave out '
            'partition_config, or --dump-info')
    cut = kind(name, model_cfg.model, deploy_cfg, list(parts))
    cut.check()
    return cut
