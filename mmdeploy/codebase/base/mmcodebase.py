"""A code base: data sets, loaders, and the tasks that it solves."""
from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from copy import deepcopy

import mmcv
import torch
from mmcv.utils import Registry
from torch.utils.data import DataLoader, Dataset

from mmdeploy.utils import Codebase, Task


def possible_loader_options(workers_per_gpu: int, pin_memory: bool, persistent_workers: bool) -> dict[str, bool]:
    """Return these options of a loader as this machine can have them: the first needs a GPU, the other workers."""
    return dict(
        pin_memory=pin_memory and torch.cuda.is_available(),
        persistent_workers=persistent_workers and workers_per_gpu > 0)


def build_loader(build: Callable[..., DataLoader],
                 dataset: Dataset,
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
    """Return a loader by `build_dataloader` of a code base, `build`, with options that this machine can have."""
    return build(
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


def check_dataset_part(model_cfg: mmcv.Config, dataset_type: str) -> None:
    """Assert that a model config has `data.<dataset_type>`."""
    assert dataset_type in model_cfg.data, (
        f'model config: data.{dataset_type} is missing, found: {", ".join(sorted(model_cfg.data))}')


def get_dataset_part(model_cfg: mmcv.Config, dataset_type: str) -> mmcv.ConfigDict:
    """Return a copy of `data.<dataset_type>` of a model config; see `check_dataset_part`."""
    check_dataset_part(model_cfg, dataset_type)
    return deepcopy(model_cfg.data[dataset_type])


def taking_cfg_options(init: Callable[..., torch.nn.Module]) -> Callable[..., torch.nn.Module]:
    """Return (config, checkpoint, device, cfg_options) -> model of a function that takes no options.

    Args:
        init: (config, checkpoint, device) -> model.
    """

    def init_with_options(config: mmcv.Config, checkpoint: str | None, device: str,
                          cfg_options: dict | None) -> torch.nn.Module:
        if cfg_options is not None:
            config.merge_from_dict(cfg_options)
        return init(config, checkpoint, device)

    return init_with_options


class MMCodebase(metaclass=ABCMeta):
    """One per code base, registered with `CODEBASE`.

    Attributes:
        task_registry: task processors by the value of their `Task`.
    """

    task_registry: Registry = None

    @classmethod
    def get_task_class(cls, task: Task) -> type:
        """Return the class of a task processor.

        Raises:
            KeyError: the code base does not solve the task.
        """
        return cls.task_registry.module_dict[task.value]

    @staticmethod
    @abstractmethod
    def build_task_processor(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config,
                             device: str):
        """Return the task processor of a deploy config."""

    @staticmethod
    def get_init_model(from_mmrazor: bool) -> Callable[..., torch.nn.Module]:
        """Return what builds a model: (config, checkpoint, device, cfg_options) -> model."""
        raise NotImplementedError

    @staticmethod
    def compose(steps: list[dict]) -> Callable[[dict], dict]:
        """Return the steps of a pipeline as one function of a sample."""
        raise NotImplementedError

    @staticmethod
    @abstractmethod
    def build_dataset(dataset_cfg: str | mmcv.Config,
                      dataset_type: str = 'val',
                      **kwargs) -> Dataset:
        """Return `data.<dataset_type>` of a model config."""

    @staticmethod
    @abstractmethod
    def build_dataloader(dataset: Dataset, samples_per_gpu: int,
                         workers_per_gpu: int, **kwargs) -> DataLoader:
        """Return a loader of a data set."""

    @staticmethod
    @abstractmethod
    def single_gpu_test(model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        **kwargs) -> list:
        """Run a model on a data set and return its results."""


def _get_class(codebase: Codebase, registry: Registry) -> type:
    return registry.module_dict[codebase.value]


CODEBASE = Registry('Codebases', build_func=_get_class)


def get_codebase_class(codebase: Codebase) -> type:
    """Return the class of a code base.

    Raises:
        KeyError: the code base was not imported.
    """
    return CODEBASE.build(codebase)
