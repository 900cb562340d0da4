"""The task processor of segmentors."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import cv2
import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import ImageTask, Labels, SDKHead
from mmdeploy.codebase.base.evaluation import save_results
from mmdeploy.codebase.base.image_task import Images, as_list
from mmdeploy.utils import Task, get_input_shape
from mmdeploy.utils.logging import get_logger, log_metrics

from .mmsegmentation import MMSEG_TASK
from .segmentation_model import build_segmentation_model, get_classes_palette_from_config, get_head_config, gives_labels


def process_model_config(model_cfg: mmcv.Config, imgs: Images, input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline takes `dict(img=path or array)`.

    Args:
        model_cfg: config of the model.
        imgs: not looked at: the first step takes paths and arrays.
        input_shape: [width, height] of a static input.
    """
    from mmseg.apis.inference import LoadImage
    cfg = deepcopy(model_cfg)
    as_list(imgs)
    pipeline = cfg.data.test.pipeline
    if input_shape is not None:
        pipeline[1]['img_scale'] = tuple(input_shape)
        pipeline[1]['transforms'][0]['keep_ratio'] = False
    cfg.data.test.pipeline = [LoadImage(), *pipeline[1:]]
    return cfg


@MMSEG_TASK.register_module(Task.SEGMENTATION.value)
class Segmentation(ImageTask):
    """Converts segmentors of MMSegmentation."""

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        return build_segmentation_model(model_files, self.model_cfg, self.deploy_cfg, self.device, **kwargs)

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        return process_model_config(self.model_cfg, imgs, input_shape).data.test.pipeline

    def get_sample(self, img: str | np.ndarray) -> dict:
        return dict(img=img)

    def get_batch_tensor(self, sample: dict) -> Any:
        return sample['img'][0]

    def to_device(self, data: dict) -> tuple[dict, list[torch.Tensor]]:
        data['img_metas'] = [metas.data[0] for metas in data['img_metas']]
        data['img'] = [img.to(self.device) for img in data['img']]
        return data, data['img']

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: np.ndarray,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False,
                  opacity: float = 0.5) -> None:
        super().visualize(model, image, [result], output_file, window_name, show_result, opacity=opacity)

    @staticmethod
    def run_inference(model: torch.nn.Module, model_inputs: dict[str, torch.Tensor]) -> list:
        return model(**model_inputs, return_loss=False, rescale=True)

    @staticmethod
    def get_tensor_from_input(input_data: dict[str, Any]) -> torch.Tensor:
        return input_data['img'][0]

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
        options = dict(metric_options or {})
        if format_only:
            dataset.format_results(outputs, **options)
        if metrics:
            log_metrics(logger, dataset.evaluate(outputs, metrics, logger=logger, **options))

    def compare_results(self, expected: Sequence, found: Sequence) -> list[tuple[str, str]]:
        """Compare what mmseg's data sets keep of each image: areas of each label, hit, found and true."""
        differences = [max(int((a - b).abs().max()) for a, b in zip(*pair, strict=True))
                       for pair in zip(expected, found, strict=True)]
        return [('images', str(len(differences))),
                ('images with equal areas of every label', str(differences.count(0))),
                ('largest difference of an area, pixels', str(max(differences, default=0)))]

    def get_preprocess(self) -> list[dict]:
        """Return the steps for the SDK, which loads as the config says."""
        steps = self.get_test_pipeline([''], get_input_shape(self.deploy_cfg))
        return [deepcopy(self.model_cfg.data.test.pipeline[0]), *steps[1:]]

    def get_postprocess(self) -> dict:
        head = deepcopy(get_head_config(self.model_cfg))
        if head.get('out_channels', None) == 1 or head['num_classes'] == 1:
            # One score per pixel is above the threshold or not: two labels.
            head['num_classes'] = 2
        return head

    def get_sdk_head(self) -> SDKHead:
        head = super().get_sdk_head()
        return head._replace(params=dict(head.params, with_argmax=gives_labels(self.deploy_cfg)))

    def get_model_name(self) -> str:
        kind = get_head_config(self.model_cfg).get('type', None)
        return kind[:-4].lower() if kind else 'mmseg_model'

    def get_labels(self) -> Labels:
        return Labels(*get_classes_palette_from_config(self.model_cfg))

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, dict]:
        """Return the map of classes, or of scores, in the size of the original image."""
        height, width = img_metas['ori_shape'][:2]
        result = dict(height=height, width=width, classes=self.get_postprocess()['num_classes'])
        planes = next(iter(outputs.values()))[0]
        if gives_labels(self.deploy_cfg):
            labels = planes[0].astype(np.int32)
            return 'Segmentation', dict(
                result, mask=cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST))
        scores = torch.nn.functional.interpolate(
            torch.from_numpy(planes)[None], (height, width), mode='bilinear',
            align_corners=get_head_config(self.model_cfg).get('align_corners', False))
        return 'Segmentation', dict(result, score=scores[0].numpy())
