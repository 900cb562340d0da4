"""The task processor of models that restore images."""
from collections.abc import Sequence
from copy import deepcopy
from types import MethodType
from typing import Any

import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import ImageTask, SDKHead
from mmdeploy.codebase.base.evaluation import save_results
from mmdeploy.codebase.base.image_task import Images, as_list
from mmdeploy.utils import Task, get_codebase_config, get_input_shape, get_root_logger
from mmdeploy.utils.logging import get_logger, log_metrics

from .mmediting import MMEDIT_TASK


def process_model_config(model_cfg: mmcv.Config, imgs: Images, input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline fits some images that have no ground truth.

    Args:
        model_cfg: config of the model.
        imgs: paths are loaded by the pipeline, arrays are taken as they are.
        input_shape: [width, height] of a static input, to which images are resized.
    """
    cfg = deepcopy(model_cfg)
    unknown = {'gt', 'gt_path'}
    pipeline = cfg.test_pipeline
    if isinstance(as_list(imgs)[0], np.ndarray):
        pipeline = pipeline[1:]
        unknown.add('lq_path')
    if input_shape is not None:
        pipeline.insert(0 if 'lq_path' in unknown else 1, dict(type='Resize', scale=tuple(input_shape), keys=['lq']))
    kept = []
    for step in pipeline:
        if step.get('key', None) in unknown:
            continue
        for key in ('keys', 'meta_keys'):
            if key in step:
                step[key] = [name for name in step[key] if name not in unknown]
        if step.get('keys', True):
            kept.append(step)
    cfg.test_pipeline = kept
    return cfg


def _loads_rgb(steps: Sequence[dict]) -> bool:
    """Tell whether a test pipeline loads images in RGB order; usually it is BGR."""
    return any(step['type'] == 'LoadImageFromFile' and step.get('channel_order', 'bgr') == 'rgb' for step in steps)


def _forward(model: torch.nn.Module, lq: torch.Tensor, *args, test_mode: bool = False, **kwargs) -> torch.Tensor | dict:
    """Answer the image, which is what is exported; in test mode what mmedit's data sets evaluate."""
    return type(model).forward(model, lq, *args, test_mode=True, **kwargs) if test_mode else model.forward_dummy(lq)


@MMEDIT_TASK.register_module(Task.SUPER_RESOLUTION.value)
class SuperResolution(ImageTask):
    """Converts restorers of MMEditing."""

    def init_backend_model(self, model_files: Sequence[str] | None = None, **kwargs) -> torch.nn.Module:
        # mmedit asks the model itself, not its mode, whether it tests.
        return self.build_model_of_files(model_files, **kwargs)

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        from .super_resolution_model import build_super_resolution_model
        return build_super_resolution_model(model_files, self.model_cfg, self.deploy_cfg, self.device, **kwargs)

    def init_pytorch_model(self,
                           model_checkpoint: str | None = None,
                           cfg_options: dict | None = None,
                           **kwargs) -> torch.nn.Module:
        model = super().init_pytorch_model(model_checkpoint, cfg_options, **kwargs)
        # mmedit's way to build a model for a demo drops the metrics.
        model.test_cfg = deepcopy(self.model_cfg.get('test_cfg', None))
        # A method of the model: a copy of the model has its own.
        model.forward = MethodType(_forward, model)
        return model

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        return process_model_config(self.model_cfg, imgs, input_shape).test_pipeline

    def get_sample(self, img: str | np.ndarray) -> dict:
        if isinstance(img, str):
            return dict(lq_path=img)
        # Arrays are BGR; the step that is left out would have loaded what the config says.
        return dict(lq=np.ascontiguousarray(img[..., ::-1]) if _loads_rgb(self.model_cfg.test_pipeline) else img)

    def create_input(self, imgs: Images, input_shape: Sequence[int] | None = None,
                     **kwargs) -> tuple[dict, torch.Tensor]:
        """Preprocess images, which make one batch.

        Returns:
            Keyword arguments of the model, and the tensor [B, C, H, W].
        """
        return super().create_input(imgs, input_shape)

    def get_batch_tensor(self, sample: dict) -> Any:
        return sample['lq']

    def to_device(self, data: dict) -> tuple[dict, torch.Tensor]:
        data['img'] = data['lq'] = data['lq'].to(self.device)
        return data, data['img']

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: list | np.ndarray,
                  output_file: str | None,
                  window_name: str = '',
                  show_result: bool = False,
                  **kwargs) -> np.ndarray:
        """Write or show a restored image [C, H, W] or [1, C, H, W], RGB in 0..1; return it in BGR, 0..255."""
        planes = np.squeeze(np.asarray(result)).clip(0, 1)
        pixels = planes if planes.ndim == 2 else np.transpose(planes[::-1], (1, 2, 0))
        pixels = (pixels * 255).round().astype(np.uint8)
        if show_result:
            mmcv.imshow(pixels, window_name, 0)
        elif output_file is not None:
            mmcv.imwrite(pixels, output_file)
        else:
            get_root_logger().warning('neither show_result nor output_file is given: the result is only returned')
        return pixels

    @staticmethod
    def run_inference(model: torch.nn.Module, model_inputs: dict[str, torch.Tensor]) -> list:
        result = model(model_inputs['lq'])
        return [result[0].detach().cpu().numpy()] if isinstance(result, torch.Tensor) else result

    @staticmethod
    def get_tensor_from_input(input_data: dict[str, Any], **kwargs) -> torch.Tensor:
        return input_data['lq']

    @staticmethod
    def evaluate_outputs(model_cfg: mmcv.Config,
                         outputs: list,
                         dataset: Dataset,
                         metrics: list[str] | None = None,
                         out: str | None = None,
                         metric_options: dict | None = None,
                         format_only: bool = False,
                         log_file: str | None = None,
                         **kwargs) -> None:
        logger = get_logger('test', log_file=log_file)
        save_results(outputs, out, logger)
        log_metrics(logger, {f'Eval-{name}': value for name, value in dataset.evaluate(outputs).items()})

    def compare_results(self, expected: Sequence, found: Sequence) -> list[tuple[str, str]]:
        """Compare the metrics of each image."""
        rows = [('images', str(len(expected)))]
        for name in expected[0].get('eval_result', {}) if expected else ():
            largest = max(abs(a['eval_result'][name] - b['eval_result'][name])
                          for a, b in zip(expected, found, strict=True))
            rows.append((f'largest difference of {name}', f'{largest:.3g}'))
        return rows

    def get_preprocess(self) -> list[dict]:
        """Return the steps for the SDK, whose images are 0..255: `Normalize` divides by 255 in one go."""
        steps = self.get_test_pipeline([''], get_input_shape(self.deploy_cfg))
        for step in steps:
            if step['type'] == 'LoadImageFromFile' and 'flag' in step:
                step['color_type'] = step.pop('flag')  # its name in the SDK
        normalize = next((step for step in steps if step['type'] == 'Normalize'), None)
        if normalize is None:
            is_grey = any(step.get('color_type', '').startswith('grayscale') for step in steps)
            channels = 1 if is_grey else 3
            normalize = dict(type='Normalize', keys=['lq'], mean=[0] * channels, std=[1] * channels, to_rgb=False)
            steps.insert(1 + max((i for i, step in enumerate(steps) if step['type'] in (
                'LoadImageFromFile', 'RescaleToZeroOne', 'Resize')), default=-1), normalize)
        normalize['mean'], normalize['std'] = ([255 * x for x in normalize[key]] for key in ('mean', 'std'))
        # mmedit collects first and makes tensors then; in the SDK what is collected is finished.
        return sorted(steps, key=lambda step: step['type'] == 'Collect')

    def get_postprocess(self) -> dict:
        return {}

    def get_sdk_head(self) -> SDKHead:
        return super().get_sdk_head()._replace(reads_image=False)

    def get_sdk_steps(self, net: dict) -> list[dict]:
        """Return the network's step, which `tile` of `codebase_config` lets run piece by piece."""
        codebase_config = get_codebase_config(self.deploy_cfg)
        return super().get_sdk_steps(dict(
            net, **{key: codebase_config[key] for key in ('tile', 'overlap', 'tile_stride')
                   if key in codebase_config}))

    def get_model_name(self) -> str:
        return self.model_cfg.model.generator.type.lower()

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, dict]:
        """Return the restored image, RGB or gray."""
        planes = next(iter(outputs.values()))[0]
        pixels = np.clip(planes * np.float32(255), 0, 255).round().astype(np.uint8)
        return 'Restoration', dict(image=np.ascontiguousarray(pixels.transpose(1, 2, 0)))
