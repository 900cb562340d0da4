"""The task processor of classifiers."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import ImageTask, Labels, SDKHead
from mmdeploy.codebase.base.image_task import Images, as_list
from mmdeploy.utils import Task, get_root_logger
from mmdeploy.utils.logging import get_logger, log_metrics

from .mmclassification import MMCLS_TASK


def process_model_config(
        model_cfg: mmcv.Config,
        imgs: Images,
        input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline fits some images.

    Args:
        model_cfg: config of the model.
        imgs: paths are loaded by the pipeline, arrays are not.
        input_shape: [width, height] of a static input; a pipeline that makes
            another size is only warned about.
    """
    cfg = deepcopy(model_cfg)
    pipeline = cfg.data.test.pipeline
    loads = pipeline and pipeline[0]['type'] == 'LoadImageFromFile'
    if isinstance(as_list(imgs)[0], str):
        if not loads:
            pipeline.insert(0, dict(type='LoadImageFromFile'))
    elif loads:
        pipeline.pop(0)
    if input_shape is not None:
        _warn_other_crop(pipeline, input_shape)
    return cfg


def _warn_other_crop(pipeline: list[dict], input_shape: Sequence[int]) -> None:
    """Warn when the crop of the pipeline is not the input of the model."""
    for transform in pipeline:
        if 'crop_size' not in transform:
            continue
        size = transform['crop_size']
        height, width = (size, size) if isinstance(size, int) else size
        if [width, height] != list(input_shape):
            get_root_logger().warning(
                f'`input shape` should be equal to `crop_size`: '
                f'{[width, height]}, but given: {list(input_shape)}')


@MMCLS_TASK.register_module(Task.CLASSIFICATION.value)
class Classification(ImageTask):
    """Converts classifiers of MMClassification."""

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        from .classification_model import build_classification_model
        return build_classification_model(model_files, self.model_cfg, self.deploy_cfg, self.device, **kwargs)

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        return process_model_config(self.model_cfg, imgs, input_shape).data.test.pipeline

    def get_sample(self, img: str | np.ndarray) -> dict:
        sample = super().get_sample(img)
        if isinstance(img, np.ndarray):
            # Without LoadImageFromFile nothing else records the size.
            sample.update(img_shape=img.shape, ori_shape=img.shape, filename=None, ori_filename=None)
        return sample

    def to_device(self, data: dict) -> tuple[dict, list[torch.Tensor]]:
        data['img'] = [data['img'].to(self.device)]
        return data, data['img']

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: Any,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False) -> None:
        scores = np.asarray(result)
        label = int(np.argmax(scores))
        shown = dict(pred_label=label, pred_score=float(scores[label]), pred_class=model.CLASSES[label])
        super().visualize(model, image, shown, output_file, window_name, show_result)

    @staticmethod
    def run_inference(model: torch.nn.Module,
                      model_inputs: dict[str, torch.Tensor]) -> list:
        return model(**model_inputs, return_loss=False)

    @staticmethod
    def get_tensor_from_input(input_data: dict[str, Any]) -> torch.Tensor:
        return input_data['img']

    @staticmethod
    def evaluate_outputs(model_cfg: mmcv.Config,
                         outputs: Sequence[np.ndarray],
                         dataset: Dataset,
                         metrics: list[str] | None = None,
                         out: str | None = None,
                         metric_options: dict | None = None,
                         format_only: bool = False,
                         log_file: str | None = None) -> None:
        logger = get_logger('test', log_file=log_file)
        if metrics:
            results = dataset.evaluate(outputs, metrics, metric_options)
            log_metrics(logger, results, '.2f')
        else:
            logger.warning('Evaluation metrics are not specified.')
            scores = np.vstack(outputs)
            labels = np.argmax(scores, axis=1)
            results = {
                'pred_score': np.max(scores, axis=1),
                'pred_label': labels,
                'pred_class': [dataset.CLASSES[label] for label in labels]
            }
            if not out:
                logger.info('the predicted result for the first element is '
                            f'pred_score = {results["pred_score"][0]:.2f}, '
                            f'pred_label = {results["pred_label"][0]} and '
                            f'pred_class = {results["pred_class"][0]}. '
                            'Specify --out to save all results to files.')
        if out:
            logger.info(f'writing results to {out}')
            mmcv.dump(results, out)

    def get_preprocess(self) -> list[dict]:
        """Return the transforms of the test pipeline.

        mmcls rounds the margin of a centre crop half to even, MMDeploy's SDK
        away from zero: the crop says which one it was trained with, so that
        no image is shifted by a pixel.
        """
        cfg = process_model_config(self.model_cfg, '')
        for transform in cfg.data.test.pipeline:
            if transform['type'] == 'CenterCrop':
                transform['rounding'] = 'half_even'
        return cfg.data.test.pipeline

    def get_postprocess(self) -> dict:
        """Return the head, with `topk` as one number."""
        postprocess = deepcopy(self.model_cfg.model.head)
        if 'topk' not in postprocess:
            get_root_logger().warning(
                'no topk in postprocess config, using default topk value.')
            topk = (1, )
        else:
            topk = postprocess.topk
        if isinstance(topk, int):
            topk = (topk, )
        postprocess.topk = max(topk)
        return postprocess

    def get_model_name(self) -> str:
        return self.model_cfg.model.backbone.type.lower()

    def get_sdk_head(self) -> SDKHead:
        """Return the head by its own name: the SDK knows the heads of mmcls that answer with scores."""
        params = deepcopy(self.get_postprocess())
        return SDKHead(params.pop('type'), params, reads_image=False)

    def get_labels(self) -> Labels:
        from .classification_model import get_classes_from_config
        return Labels(get_classes_from_config(self.model_cfg))

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, list[dict]]:
        """Return the best `topk` labels of the image."""
        scores = next(iter(outputs.values()))[0]
        best = np.argsort(-scores, kind='stable')
        return 'Classification', [
            dict(label_id=int(label), score=float(scores[label]))
            for label in best[:self.get_postprocess().topk]
        ]
