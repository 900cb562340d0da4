"""The task processor of classifiers."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import BaseTask, Labels, SDKHead
from mmdeploy.codebase.base.checkpoint import check_checkpoint
from mmdeploy.utils import Task, get_root_logger
from mmdeploy.utils.logging import get_logger, log_metrics

from .mmclassification import MMCLS_TASK

Images = str | np.ndarray | Sequence[str | np.ndarray]


def _as_list(imgs: Images) -> list[str | np.ndarray]:
    """Return one or several images of one kind as a list."""
    if isinstance(imgs, str | np.ndarray):
        imgs = [imgs]
    assert len(imgs) > 0 and (
        all(isinstance(img, str) for img in imgs) or all(
            isinstance(img, np.ndarray) for img in imgs)), (
                'imgs must be strings or numpy arrays')
    return list(imgs)


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
    if isinstance(_as_list(imgs)[0], str):
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
class Classification(BaseTask):
    """Converts classifiers of MMClassification."""

    def init_backend_model(self,
                           model_files: Sequence[str] | None = None,
                           **kwargs) -> torch.nn.Module:
        from .classification_model import build_classification_model
        model = build_classification_model(model_files, self.model_cfg,
                                           self.deploy_cfg, self.device,
                                           **kwargs)
        return model.eval()

    def init_pytorch_model(self,
                           model_checkpoint: str | None = None,
                           cfg_options: dict | None = None,
                           **kwargs) -> torch.nn.Module:
        model_cfg = deepcopy(self.model_cfg)
        if self.from_mmrazor:
            from mmrazor.apis import init_mmcls_model
            model = init_mmcls_model(model_cfg, model_checkpoint, self.device,
                                     cfg_options)
        else:
            from mmcls.apis import init_model
            model = init_model(model_cfg, model_checkpoint, self.device,
                               cfg_options)
            if model_checkpoint is not None:
                check_checkpoint(model, model_checkpoint)
        return model.eval()

    def create_input(
        self,
        imgs: Images,
        input_shape: Sequence[int] | None = None,
    ) -> tuple[dict, list[torch.Tensor]]:
        """Preprocess images, which make one batch.

        Returns:
            Keyword arguments of the model, and a list with the tensor
            [B, C, H, W].
        """
        from mmcls.datasets.pipelines import Compose
        from mmcv.parallel import collate
        imgs = _as_list(imgs)
        cfg = process_model_config(self.model_cfg, imgs, input_shape)
        pipeline = Compose(cfg.data.test.pipeline)
        samples = []
        for img in imgs:
            if isinstance(img, str):
                sample = dict(img_info=dict(filename=img), img_prefix=None)
            else:
                # Without LoadImageFromFile nothing else records the size.
                sample = dict(
                    img=img,
                    img_shape=img.shape,
                    ori_shape=img.shape,
                    filename=None,
                    ori_filename=None)
            samples.append(pipeline(sample))
        try:
            data = collate(samples, samples_per_gpu=len(samples))
        except RuntimeError as error:
            shapes = [list(sample['img'].shape) for sample in samples]
            raise ValueError(
                f'images of one batch have different shapes {shapes} after '
                'the test pipeline; give one image, or make the pipeline '
                'crop to one size') from error
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
        shown = dict(
            pred_label=label,
            pred_score=float(scores[label]),
            pred_class=model.CLASSES[label])
        model.show_result(
            image,
            shown,
            show=show_result,
            win_name=window_name,
            out_file=None if show_result else output_file)

    @staticmethod
    def run_inference(model: torch.nn.Module,
                      model_inputs: dict[str, torch.Tensor]) -> list:
        return model(**model_inputs, return_loss=False)

    @staticmethod
    def get_partition_cfg(partition_type: str) -> dict:
        raise NotImplementedError('Not supported yet.')

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
