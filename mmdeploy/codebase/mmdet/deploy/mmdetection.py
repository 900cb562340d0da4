"""MMDetection as a code base."""
from collections.abc import Callable

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import get_dataset_part
from mmdeploy.utils import Codebase

MMDET_TASK = Registry('mmdet_tasks', build_func=build_task)


@CODEBASE.register_module(Codebase.MMDET.value)
class MMDetection(MMCodebase):
    """Data sets and loaders of MMDetection."""

    task_registry = MMDET_TASK

    @staticmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, device: str) -> BaseTask:
        from mmdet.models import DETECTORS
        check_model_type(model_cfg, deploy_cfg, DETECTORS)
        return MMDET_TASK.build(model_cfg, deploy_cfg, device)

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        if from_mmrazor:
            from mmrazor.apis import init_mmdet_model
            return init_mmdet_model
        from mmdet.apis import init_detector
        return init_detector

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        from mmdet.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: mmcv.Config, dataset_type: str = 'val', **kwargs) -> Dataset:
        from mmdet.datasets import build_dataset, replace_ImageToTensor
        data = get_dataset_part(dataset_cfg, dataset_type)
        if dataset_cfg.data.get('samples_per_gpu', 1) > 1:
            data.pipeline = replace_ImageToTensor(data.pipeline)
        data.test_mode = True
        return build_dataset(data)

    @staticmethod
    def build_dataloader(dataset: Dataset,
                         samples_per_gpu: int,
                         workers_per_gpu: int,
                         num_gpus: int = 1,
                         dist: bool = False,
                         shuffle: bool = False,
                         seed: int | None = None,
                         **kwargs) -> DataLoader:
        from mmdet.datasets import build_dataloader
        return build_dataloader(
            dataset, samples_per_gpu, workers_per_gpu, num_gpus=num_gpus, dist=dist, shuffle=shuffle, seed=seed,
            **kwargs)

    @staticmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        **kwargs) -> list:
        from mmdet.apis import single_gpu_test
        return single_gpu_test(model, data_loader, show, out_dir, **kwargs)
