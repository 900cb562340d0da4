"""MMPose as a code base."""
from collections.abc import Callable
from copy import deepcopy

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import possible_loader_options
from mmdeploy.utils import Codebase, load_config

MMPOSE_TASK = Registry('mmpose_tasks', build_func=build_task)


@CODEBASE.register_module(Codebase.MMPOSE.value)
class MMPose(MMCodebase):
    """Data sets and loaders of MMPose."""

    task_registry = MMPOSE_TASK

    @staticmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, device: str) -> BaseTask:
        from mmpose.models import POSENETS
        check_model_type(model_cfg, deploy_cfg, POSENETS)
        return MMPOSE_TASK.build(model_cfg, deploy_cfg, device)

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        if from_mmrazor:
            raise NotImplementedError(
                'deploy config: codebase_config.from_mmrazor is True, and mmrazor has no models of mmpose; '
                'leave it out')
        from mmcv.cnn.utils import revert_sync_batchnorm
        from mmpose.apis import init_pose_model

        def init(config: mmcv.Config, checkpoint: str | None, device: str, cfg_options: dict | None) -> torch.nn.Module:
            if cfg_options is not None:
                config.merge_from_dict(cfg_options)
            return revert_sync_batchnorm(init_pose_model(config, checkpoint, device))

        return init

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        from mmpose.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: str | mmcv.Config, dataset_type: str = 'test', **kwargs) -> Dataset:
        from mmpose.datasets import build_dataset
        data = load_config(dataset_cfg)[0].data
        assert dataset_type in data, (
            f'model config: data.{dataset_type} is missing, found: {", ".join(sorted(data))}')
        return build_dataset(deepcopy(data[dataset_type]), dict(test_mode=True))

    @staticmethod
    def build_dataloader(dataset: Dataset,
                         samples_per_gpu: int,
                         workers_per_gpu: int,
                         num_gpus: int = 1,
                         dist: bool = False,
                         shuffle: bool = False,
                         seed: int | None = None,
                         drop_last: bool = False,
                         pin_memory: bool = True,
                         persistent_workers: bool = True,
                         **kwargs) -> DataLoader:
        from mmpose.datasets import build_dataloader
        return build_dataloader(
            dataset,
            samples_per_gpu,
            workers_per_gpu,
            num_gpus=num_gpus,
            dist=dist,
            shuffle=shuffle,
            seed=seed,
            drop_last=drop_last,
            **possible_loader_options(workers_per_gpu, pin_memory, persistent_workers),
            **kwargs)

    @staticmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        **kwargs) -> list:
        """Return the results of a model; mmpose draws none here.

        Raises:
            NotImplementedError: `show` or `out_dir` asks for pictures.
        """
        if show or out_dir is not None:
            raise NotImplementedError(
                'mmpose draws no data set: leave out --show and --show-dir; tools/deploy.py draws an image')
        from mmpose.apis import single_gpu_test
        return single_gpu_test(model, data_loader, **kwargs)
