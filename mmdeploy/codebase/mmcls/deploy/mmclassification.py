"""MMClassification as a code base."""
from collections.abc import Callable

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import get_dataset_part, possible_loader_options
from mmdeploy.utils import Codebase, load_config

MMCLS_TASK = Registry('mmcls_tasks', build_func=build_task)


@CODEBASE.register_module(Codebase.MMCLS.value)
class MMClassification(MMCodebase):
    """Data sets and loaders of MMClassification."""

    task_registry = MMCLS_TASK

    @staticmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config,
                             device: str) -> BaseTask:
        from mmcls.models import CLASSIFIERS
        check_model_type(model_cfg, deploy_cfg, CLASSIFIERS)
        return MMCLS_TASK.build(model_cfg, deploy_cfg, device)

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        if from_mmrazor:
            from mmrazor.apis import init_mmcls_model
            return init_mmcls_model
        from mmcls.apis import init_model
        return init_model

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        from mmcls.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: str | mmcv.Config,
                      dataset_type: str = 'val',
                      **kwargs) -> Dataset:
        from mmcls.datasets.builder import build_dataset
        return build_dataset(get_dataset_part(load_config(dataset_cfg)[0], dataset_type), dict(test_mode=True))

    @staticmethod
    def build_dataloader(dataset: Dataset,
                         samples_per_gpu: int,
                         workers_per_gpu: int,
                         num_gpus: int = 1,
                         dist: bool = False,
                         shuffle: bool = False,
                         round_up: bool = True,
                         seed: int | None = None,
                         pin_memory: bool = True,
                         persistent_workers: bool = True,
                         **kwargs) -> DataLoader:
        from mmcls.datasets.builder import build_dataloader
        return build_dataloader(
            dataset,
            samples_per_gpu,
            workers_per_gpu,
            num_gpus=num_gpus,
            dist=dist,
            shuffle=shuffle,
            round_up=round_up,
            seed=seed,
            **possible_loader_options(workers_per_gpu, pin_memory, persistent_workers),
            **kwargs)

    @staticmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        win_name: str = '',
                        **kwargs) -> list:
        from mmcls.apis import single_gpu_test
        return single_gpu_test(
            model, data_loader, show, out_dir, win_name=win_name, **kwargs)
