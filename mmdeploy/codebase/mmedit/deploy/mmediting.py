"""MMEditing as a code base."""
from collections.abc import Callable
from copy import deepcopy

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import build_loader, taking_cfg_options
from mmdeploy.utils import Codebase, load_config

MMEDIT_TASK = Registry('mmedit_tasks', build_func=build_task)


@CODEBASE.register_module(Codebase.MMEDIT.value)
class MMEditing(MMCodebase):
    """Data sets and loaders of MMEditing."""

    task_registry = MMEDIT_TASK

    @staticmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, device: str) -> BaseTask:
        from mmedit.models.registry import MODELS
        check_model_type(model_cfg, deploy_cfg, MODELS)
        return MMEDIT_TASK.build(model_cfg, deploy_cfg, device)

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        if from_mmrazor:
            raise NotImplementedError('mmrazor does not build models of mmedit: set from_mmrazor to False')
        from mmedit.apis import init_model
        return taking_cfg_options(init_model)

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        from mmedit.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: str | mmcv.Config, *args, **kwargs) -> Dataset:
        """Return `data.test`: mmedit's other parts are made for training."""
        from mmedit.datasets import build_dataset
        return build_dataset(deepcopy(load_config(dataset_cfg)[0].data.test))

    @staticmethod
    def build_dataloader(dataset: Dataset, samples_per_gpu: int, workers_per_gpu: int, *args, **kwargs) -> DataLoader:
        """See `build_loader`."""
        from mmedit.datasets import build_dataloader
        return build_loader(build_dataloader, dataset, samples_per_gpu, workers_per_gpu, *args, **kwargs)

    @staticmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        save_image: bool = False,
                        save_path: str | None = None,
                        iteration: int | None = None) -> list:
        from mmedit.apis import single_gpu_test
        return single_gpu_test(model, data_loader, save_image, save_path, iteration)
