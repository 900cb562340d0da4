"""The task processor of detectors."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import ImageTask, Labels, SDKHead, SDKNetwork
from mmdeploy.codebase.base.evaluation import evaluation_options, save_results
from mmdeploy.utils import Task, get_input_shape, is_dynamic_shape
from mmdeploy.utils.logging import get_logger, log_metrics

from .check import check_classes, check_engine, check_masks, check_partition, has_masks
from .compare import (
    Agreement,
    Detections,
    compare,
    detections_of_outputs,
    detections_of_result,
    measure_disagreement,
)
from .limits import check_selection
from .mmdetection import MMDET_TASK
from .model_partition_cfg import MMDET_PARTITION_CFG
from .sdk_partition import CutDetector, find_cut
from .utils import get_mask_threshold, get_nms_params, get_post_processing_params


def process_model_config(model_cfg: mmcv.Config,
                         imgs: Sequence,
                         input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline fits some images.

    Args:
        model_cfg: config of the model.
        imgs: paths are loaded by the pipeline, arrays are taken as they are.
        input_shape: [width, height] of a static input.
    """
    from mmdet.datasets import replace_ImageToTensor
    cfg = deepcopy(model_cfg)
    pipeline = cfg.data.test.pipeline
    if isinstance(imgs[0], np.ndarray):
        pipeline[0]['type'] = 'LoadImageFromWebcam'
    if input_shape is not None:
        pipeline[1]['img_scale'] = tuple(input_shape)
        for transform in pipeline[1]['transforms']:
            if transform['type'] == 'Resize':
                transform['keep_ratio'] = False
            elif transform['type'] == 'Pad':
                transform['size_divisor'] = 1
    cfg.data.test.pipeline = replace_ImageToTensor(pipeline)
    return cfg


def _detections_of(outputs: dict[str, np.ndarray], size: Sequence[int], mask_threshold: float) -> list[Detections]:
    """Return the detections of each image in the outputs of a network, whose input is `size` [width, height]."""
    if 'detection_output' in outputs:
        scale = np.array([*size, *size, 1], np.float32)
        return [
            detections_of_outputs(np.roll(rows[:, 1:6], -1, 1) * scale, rows[:, 0])
            for rows in outputs['detection_output']
        ]
    masks = outputs.get('masks', [None] * len(outputs['dets']))
    return [detections_of_outputs(*image, mask_threshold)
            for image in zip(outputs['dets'], outputs['labels'], masks, strict=True)]


def _has_boxes(outputs: dict[str, np.ndarray]) -> bool:
    """Tell whether a network gives boxes, and not what they are made of."""
    return {'dets', 'labels'} <= outputs.keys() or 'detection_output' in outputs


@MMDET_TASK.register_module(Task.OBJECT_DETECTION.value)
class ObjectDetection(ImageTask):
    """Converts detectors of MMDetection."""

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        from .object_detection_model import build_object_detection_model
        return build_object_detection_model(model_files, self.model_cfg, self.deploy_cfg, self.device)

    def to_device(self, data: dict) -> tuple[dict, list[torch.Tensor]]:
        from mmcv.parallel import scatter
        data['img_metas'] = [metas.data[0] for metas in data['img_metas']]
        data['img'] = [img.data[0] for img in data['img']]
        if self.device != 'cpu':
            data = scatter(data, [self.device])[0]
        return data, data['img']

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        pipeline = process_model_config(self.model_cfg, imgs, input_shape).data.test.pipeline
        if not is_dynamic_shape(self.deploy_cfg):
            transforms = pipeline[1]['transforms']
            for i, transform in enumerate(transforms):
                if transform['type'] == 'Pad' and transform.get('pad_to_square', False):
                    transforms.pop(i)
                    break
        return pipeline

    def check_convertible(self) -> None:
        check_masks(self.model_cfg, self.deploy_cfg)
        check_partition(self.model_cfg, self.deploy_cfg)
        check_classes(self.model_cfg)
        check_engine(self.model_cfg, self.deploy_cfg)
        check_selection(self.model_cfg, self.deploy_cfg)

    def _nms_params(self) -> dict:
        """Return the arguments of `multiclass_nms` for the boxes that the model answers with."""
        test_cfg = self.model_cfg.model.get('test_cfg', None) or {}
        for stage in ('rcnn', 'rpn'):
            if stage in test_cfg:
                test_cfg = test_cfg[stage]
                break
        return get_nms_params(self.deploy_cfg, test_cfg)

    def compare_outputs(self, expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> list[tuple[str, str]]:
        """Compare dets [B, K, 5], labels [B, K] and masks, or ncnn's rows [1, K, 6], after boxes are matched."""
        if not _has_boxes(expected):
            return super().compare_outputs(expected, found)
        for side, outputs in (('the engine', found), ('PyTorch', expected)):
            for name, values in outputs.items():
                if not np.isfinite(values.astype(np.float32)).all():
                    raise ValueError(f'output {name!r} of {side} is not finite')
        theirs, ours = self._detections_of_both(expected, found)
        agreement = Agreement()
        for mine, other in zip(theirs, ours, strict=True):
            agreement |= compare(mine, other, *self._list_limits())
        return agreement.rows()

    def measure_disagreement(self, expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> float:
        """Return how far the detections disagree, see `compare.measure_disagreement`."""
        if not _has_boxes(expected):
            return super().measure_disagreement(expected, found)
        return measure_disagreement(*self._detections_of_both(expected, found), *self._list_limits())

    def finds_nothing(self, outputs: dict[str, np.ndarray]) -> bool:
        """Tell whether there is no box."""
        if not _has_boxes(outputs):
            return super().finds_nothing(outputs)
        return not any(len(image.boxes) for image in self._detections_of(outputs))

    def _detections_of(self, outputs: dict[str, np.ndarray]) -> list[Detections]:
        """Return the detections of each image of a batch."""
        size = get_input_shape(self.deploy_cfg) or (1000, 1000)  # ncnn's rows are in units of the image
        return _detections_of(outputs, size, get_mask_threshold(self.model_cfg))

    def _detections_of_both(self, expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> (
            tuple[list[Detections], list[Detections]]):
        """Return those of PyTorch and of the engine.

        Raises:
            ValueError: the batches differ.
        """
        theirs, ours = self._detections_of(expected), self._detections_of(found)
        if len(ours) != len(theirs):
            raise ValueError(f'outputs of the engine are of {len(ours)} images, those of PyTorch of {len(theirs)}')
        return theirs, ours

    def _list_limits(self) -> tuple[float, int]:
        """Return the score and the number of boxes at which the list of an image ends."""
        params = self._nms_params()
        return params['score_threshold'], params['keep_top_k']

    def compare_results(self, expected: Sequence, found: Sequence) -> list[tuple[str, str]]:
        """Compare results of mmdet, one per image, after boxes are matched."""
        agreement = Agreement()
        for mine, other in zip(expected, found, strict=True):
            agreement |= compare(detections_of_result(mine), detections_of_result(other), *self._list_limits())
        return [('images', str(len(expected))), *agreement.rows()]

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: list,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False,
                  score_thr: float = 0.3) -> None:
        super().visualize(model, image, result, output_file, window_name, show_result, score_thr=score_thr)

    @staticmethod
    def run_inference(model: torch.nn.Module, model_inputs: dict[str, torch.Tensor]) -> list:
        return model(**model_inputs, return_loss=False, rescale=True)

    @staticmethod
    def get_partition_cfg(partition_type: str) -> list[dict]:
        assert partition_type in MMDET_PARTITION_CFG, (
            f'Unknown partition_type {partition_type}, allowed: {", ".join(MMDET_PARTITION_CFG)}')
        return deepcopy(MMDET_PARTITION_CFG[partition_type])

    @staticmethod
    def get_tensor_from_input(input_data: dict[str, Any]) -> torch.Tensor:
        image = input_data['img'][0]
        return image if isinstance(image, torch.Tensor) else image.data[0]

    @staticmethod
    def evaluate_outputs(model_cfg: mmcv.Config,
                         outputs: Sequence,
                         dataset: Dataset,
                         metrics: list[str] | None = None,
                         out: str | None = None,
                         metric_options: dict | None = None,
                         format_only: bool = False,
                         log_file: str | None = None) -> None:
        logger = get_logger('test', log_file=log_file)
        save_results(outputs, out, logger)
        if format_only:
            dataset.format_results(outputs, **(metric_options or {}))
        if metrics:
            options = evaluation_options(model_cfg, metrics, metric_options)
            log_metrics(logger, dataset.evaluate(outputs, **options))

    def get_preprocess(self) -> list[dict]:
        return self.get_test_pipeline([''], get_input_shape(self.deploy_cfg))

    def get_postprocess(self) -> dict:
        """Return `model.test_cfg` with what the SDK reads of its parts."""
        postprocess = deepcopy(self.model_cfg.model.test_cfg)
        if 'rpn' in postprocess:
            postprocess['min_bbox_size'] = postprocess['rpn'].get('min_bbox_size', 0)
        if 'rcnn' in postprocess:
            postprocess['score_thr'] = postprocess['rcnn']['score_thr']
            if 'mask_thr_binary' in postprocess['rcnn']:
                postprocess['mask_thr_binary'] = postprocess['rcnn']['mask_thr_binary']
        return postprocess

    def get_model_name(self) -> str:
        return self.model_cfg.model.type.lower()

    def get_sdk_head(self) -> SDKHead:
        """Return the head for boxes, or the one for boxes and masks."""
        params = deepcopy(self.get_postprocess())
        cut = self._cut()
        if cut is not None:
            return SDKHead('MultiClassNMS', dict(params, **cut.nms_params()))
        return SDKHead('ResizeInstanceMask' if 'mask_thr_binary' in params else 'ResizeBBox', params)

    def _cut(self) -> CutDetector | None:
        """Return how the model is cut, if it is."""
        return find_cut(self.get_model_name(), self.model_cfg, self.deploy_cfg)

    def get_sdk_save_file(self) -> str:
        return self.get_sdk_networks()[0].save_file

    def get_sdk_networks(self) -> list[SDKNetwork]:
        cut = self._cut()
        if cut is not None:
            return cut.networks()
        post = get_post_processing_params(self.deploy_cfg)
        if has_masks(self.model_cfg) and post.get('export_postprocess_mask', True):
            raise NotImplementedError(
                'the SDK pastes masks itself: set codebase_config.post_processing.export_postprocess_mask to False in '
                'the deploy config, or leave out --dump-info')
        return [SDKNetwork(self.get_model_name(), super().get_sdk_save_file())]

    def get_sdk_steps(self, net: dict) -> list[dict]:
        """Return the network, or the parts of a model that is cut with what lies between them."""
        cut = self._cut()
        return [net] if cut is None else cut.steps(net)

    def get_reference_steps(self, outputs: dict[str, np.ndarray],
                            marked: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
        cut = self._cut()
        return super().get_reference_steps(outputs, marked) if cut is None else cut.reference_steps(marked)

    def get_ranked_steps(self) -> Sequence[str]:
        cut = self._cut()
        return () if cut is None else cut.ranked_steps()

    def get_labels(self) -> Labels:
        from mmdet.datasets import DATASETS

        from .object_detection_model import get_classes_from_config
        names = list(get_classes_from_config(self.model_cfg))
        dataset = DATASETS.module_dict.get(self.model_cfg.data.get('test', {}).get('type', None))
        palette = getattr(dataset, 'PALETTE', None)
        # Colours belong to the data set's own classes.
        return Labels(names, palette if palette and names == list(dataset.CLASSES) else ())

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, list[dict]]:
        """Return the boxes that the SDK gives: those above the threshold, in pixels of the original image."""
        params = self.get_postprocess()
        dets, labels = self._boxes_of_outputs(outputs, img_metas)
        height, width = img_metas['ori_shape'][:2]
        boxes = dets[:, :4] / np.asarray(img_metas['scale_factor'], np.float32)
        boxes[:, :2] = np.maximum(boxes[:, :2], 0)
        boxes[:, 2:] = np.minimum(boxes[:, 2:], [width - 1, height - 1])
        large = (boxes[:, 2:] - boxes[:, :2] >= params.get('min_bbox_size', 0)).all(1)
        kept = large & (dets[:, 4] > np.float32(params.get('conf_thr', params.get('score_thr', 0))))
        results = [
            dict(label_id=int(label), score=float(det[4]), bbox=[float(side) for side in box])
            for box, det, label in zip(boxes[kept], dets[kept], labels[kept], strict=True)
        ]
        if 'mask_thr_binary' in params:
            for result, mask in zip(results, outputs['masks'][0][kept], strict=True):
                result['mask'] = self._mask_of_box(mask, result['bbox'], height, width, params['mask_thr_binary'])
        return 'Detection', results

    @staticmethod
    def _boxes_of_outputs(outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[np.ndarray, np.ndarray]:
        """Return dets [n, 5] and labels [n] of an image, in pixels of the network's input."""
        if 'detection_output' not in outputs:
            return outputs['dets'][0], outputs['labels'][0]
        # ncnn's layer: label (from 1 on), score, and corners in units of the input.
        rows = outputs['detection_output'][0]
        height, width = img_metas['pad_shape'][:2]
        corners = rows[:, 2:6] * np.float32([width, height, width, height])
        return np.concatenate([corners, rows[:, 1:2]], 1), rows[:, 0] - 1

    @staticmethod
    def _mask_of_box(mask: np.ndarray, box: Sequence[float], height: int, width: int,
                     threshold: float) -> np.ndarray | None:
        """Return the part of the image's mask, 0 or 255, that the box touches, with a pixel around it."""
        from .object_detection_model import End2EndModel
        if box[2] <= box[0] or box[3] <= box[1]:
            return None
        whole = End2EndModel.postprocessing_masks(np.float32([box]), mask[None], width, height)[0].numpy()
        left, top = (max(int(np.floor(side)) - 1, 0) for side in box[:2])
        right, bottom = int(np.ceil(box[2])) + 1, int(np.ceil(box[3])) + 1
        return np.where(whole[top:bottom, left:right] > threshold, 255, 0).astype(np.uint8)
