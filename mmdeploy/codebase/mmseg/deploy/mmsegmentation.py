"""MMSegmentation as a code base."""
from collections.abc import Callable

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import build_loader, get_dataset_part, taking_cfg_options
from mmdeploy.utils import Codebase

MMSEG_TASK = Registry('mmseg_tasks', build_func=build_task)


@CODEBASE.register_module(Codebase.MMSEG.value)
class MMSegmentation(MMCodebase):
    """Data sets and loaders of MMSegmentation."""

    task_registry = MMSEG_TASK

    @staticmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, device: str) -> BaseTask:
        from mmseg.models import SEGMENTORS
        check_model_type(model_cfg, deploy_cfg, SEGMENTORS)
        return MMSEG_TASK.build(model_cfg, deploy_cfg, device)

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        if from_mmrazor:
            from mmrazor.apis import init_mmseg_model
            return init_mmseg_model
        from mmcv.cnn.utils import revert_sync_batchnorm
        from mmseg.apis import init_segmentor
        return taking_cfg_options(lambda *args: revert_sync_batchnorm(init_segmentor(*args)))

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        from mmseg.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: mmcv.Config, dataset_type: str = 'val', **kwargs) -> Dataset:
        from mmseg.datasets import build_dataset
        data = get_dataset_part(dataset_cfg, dataset_type)
        data.test_mode = True
        return build_dataset(data)

    @staticmethod
    def build_dataloader(dataset: Dataset, samples_per_gpu: int, workers_per_gpu: int, *args, **kwargs) -> DataLoader:
        """See `build_loader`."""
        from mmseg.datasets import build_dataloader
        return build_loader(build_dataloader, dataset, samples_per_gpu, workers_per_gpu, *args, **kwargs)

    @staticmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        pre_eval: bool = True,
                        **kwargs) -> list:
        from mmseg.apis import single_gpu_test
        return single_gpu_test(model, data_loader, show, out_dir, pre_eval=pre_eval, **kwargs)
