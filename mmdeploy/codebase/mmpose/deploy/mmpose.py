"""MMPose as a code base."""
from collections.abc import Callable

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.codebase.base import CODEBASE, BaseTask, MMCodebase, build_task, check_model_type
from mmdeploy.codebase.base.mmcodebase import build_loader, get_dataset_part, taking_cfg_options
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
        return taking_cfg_options(lambda *args: revert_sync_batchnorm(init_pose_model(*args)))

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        from mmpose.datasets.pipelines import Compose
        return Compose(steps)

    @staticmethod
    def build_dataset(dataset_cfg: str | mmcv.Config, dataset_type: str = 'test', **kwargs) -> Dataset:
        from mmpose.datasets import build_dataset
        return build_dataset(get_dataset_part(load_config(dataset_cfg)[0], dataset_type), dict(test_mode=True))

    @staticmethod
    def build_dataloader(dataset: Dataset, samples_per_gpu: int, workers_per_gpu: int, *args, **kwargs) -> DataLoader:
        """See `build_loader`."""
        from mmpose.datasets import build_dataloader
        return build_loader(build_dataloader, dataset, samples_per_gpu, workers_per_gpu, *args, **kwargs)

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
