"""MMOCR as a code base."""
from collections.abc import Callable
from copy import deepcopy

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import check_dataset_part, possible_loader_options
from mmdeploy.utils import Codebase

from .drawing import mend_drawing
from .unclip import mend_unclip

MMOCR_TASK = Registry('mmocr_tasks', build_func=build_task)


@CODEBASE.register_module(Codebase.MMOCR.value)
class MMOCR(MMCodebase):
    """Data sets and loaders of MMOCR."""

    task_registry = MMOCR_TASK

    @staticmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, device: str) -> BaseTask:
        from mmocr.models import DETECTORS
        check_model_type(model_cfg, deploy_cfg, DETECTORS)
        mend_unclip()
        mend_drawing()
        return MMOCR_TASK.build(model_cfg, deploy_cfg, device)

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        if from_mmrazor:
            raise NotImplementedError(
                'deploy config: codebase_config.from_mmrazor is True, and mmrazor has no models of mmocr; leave it out')
        from mmocr.apis import init_detector
        from mmocr.utils import revert_sync_batchnorm

        def init(config: mmcv.Config, checkpoint: str | None, device: str, cfg_options: dict | None) -> torch.nn.Module:
            return revert_sync_batchnorm(init_detector(config, checkpoint, device, cfg_options))

        return init

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        import mmocr.datasets.pipelines  # noqa: F401  # registers its steps
        from mmdet.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: mmcv.Config, dataset_type: str = 'val', **kwargs) -> Dataset:
        from mmocr.apis.utils import disable_text_recog_aug_test, replace_image_to_tensor
        from mmocr.datasets import build_dataset
        check_dataset_part(dataset_cfg, dataset_type)
        dataset_cfg = deepcopy(dataset_cfg)
        if dataset_cfg.data.get('samples_per_gpu', 1) > 1 and dataset_type in ('val', 'test'):
            dataset_cfg = disable_text_recog_aug_test(dataset_cfg, [dataset_type])
            dataset_cfg = replace_image_to_tensor(dataset_cfg, [dataset_type])
        return build_dataset(dataset_cfg.data[dataset_type], dict(test_mode=True))

    @staticmethod
    def build_dataloader(dataset: Dataset,
                         samples_per_gpu: int,
                         workers_per_gpu: int,
                         num_gpus: int = 1,
                         dist: bool = False,
                         shuffle: bool = False,
                         seed: int | None = None,
                         drop_last: bool = False,
                         persistent_workers: bool = True,
                         **kwargs) -> DataLoader:
        from mmocr.datasets import build_dataloader
        options = possible_loader_options(workers_per_gpu, False, persistent_workers)
        return build_dataloader(
            dataset,
            samples_per_gpu,
            workers_per_gpu,
            num_gpus=num_gpus,
            dist=dist,
            shuffle=shuffle,
            seed=seed,
            drop_last=drop_last,
            persistent_workers=options['persistent_workers'],
            **kwargs)

    @staticmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        **kwargs) -> list:
        from mmocr.apis import single_gpu_test
        return single_gpu_test(model, data_loader, show, out_dir, **kwargs)
