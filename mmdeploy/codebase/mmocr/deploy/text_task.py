"""What the task processors of mmocr have in common."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import ImageTask
from mmdeploy.codebase.base.evaluation import evaluation_options, save_results
from mmdeploy.utils.logging import get_logger, log_metrics


def get_pipeline_config(model_cfg: mmcv.Config) -> list[dict]:
    """Return a copy of the test pipeline of a model config: its own, or that of its first data set.

    Raises:
        ValueError: there is none.
    """
    found = model_cfg.data.test
    while isinstance(found, list | tuple) or not found.get('pipeline', None):
        found = found[0] if isinstance(found, list | tuple) else found.get('datasets', None)
        if not found:
            raise ValueError('model config: data.test has no pipeline, and neither has its first data set')
    pipeline = found.pipeline
    return deepcopy(list(pipeline[0] if isinstance(pipeline[0], list | tuple) else pipeline))


def unpacked(value: Any) -> Any:
    """Return what a container of mmcv's loaders holds of the first device."""
    return value.data[0] if hasattr(value, 'datatype') or type(value).__name__ == 'DataContainer' else value


class TextTask(ImageTask):
    """A task processor of mmocr."""

    def get_sample(self, img: str | np.ndarray) -> dict:
        if isinstance(img, str):
            return dict(img_info=dict(filename=img), img_prefix=None, ann_info=None, bbox_fields=[])
        if img.ndim == 2:
            img = img[..., None]
        return dict(
            img=img, img_info=dict(height=img.shape[0], width=img.shape[1]), ann_info=None, bbox_fields=[])

    def to_device(self, data: dict) -> tuple[dict, list[torch.Tensor]]:
        for key in ('img', 'img_metas'):
            value = data[key]
            data[key] = [unpacked(part) for part in value] if isinstance(value, list) else unpacked(value)
        if isinstance(data['img'], list):
            data['img'] = [img.to(self.device) for img in data['img']]
            return data, data['img'][:1]
        data['img'] = data['img'].to(self.device)
        return data, [data['img']]

    @staticmethod
    def run_inference(model: torch.nn.Module, model_inputs: dict[str, torch.Tensor]) -> list:
        return model(**model_inputs, return_loss=False, rescale=True)

    @staticmethod
    def get_tensor_from_input(input_data: dict[str, Any]) -> torch.Tensor:
        image = input_data['img']
        return unpacked(image[0] if isinstance(image, list) else image)

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
            log_metrics(logger, dataset.evaluate(outputs, logger=logger, **options))

    def get_model_name(self) -> str:
        return self.model_cfg.model.type.lower()
