"""Writes the inputs that a quantizer looks at."""
import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import torch
from mmcv.utils import ProgressBar
from torch.utils.data import DataLoader

from mmdeploy.core import RewriterContext, reset_mark_function_count
from mmdeploy.core.optimizers.function_marker import Calibration
from mmdeploy.utils import get_partition_config

from ..core import PIPELINE_MANAGER
from .utils import get_predefined_partition_cfg


@PIPELINE_MANAGER.register_pipeline()
def create_calib_input_data(calib_file: str,
                            model: torch.nn.Module,
                            dataloader: DataLoader,
                            get_tensor_func: Callable | None = None,
                            inference_func: Callable | None = None,
                            model_partition: bool = False,
                            context_info: dict = dict(),  # noqa: B006
                            device: str = 'cpu') -> None:
    """Write an HDF5 file of input tensors.

    Args:
        calib_file: gets `/calib_data/end2end/input/<i>`, or with partitions
            `/calib_data/partition<k>/<mark>/<i>`.
        model: PyTorch model.
        dataloader: samples.
        get_tensor_func: takes the tensor out of a sample.
        inference_func: runs the model on a sample.
        model_partition: run the model, and store what its marks see.
        context_info: for the `RewriterContext`.
        device: where the model runs.
    """
    with _written_when_complete(calib_file) as file:
        progress = ProgressBar(len(dataloader.dataset))
        for data_id, sample in enumerate(dataloader):
            if model_partition:
                _run_marked(file, data_id, model, sample, inference_func,
                            context_info)
            else:
                tensor = sample if get_tensor_func is None else (
                    get_tensor_func(sample))
                _store(file, f'calib_data/end2end/input/{data_id}', tensor)
            progress.update()


@contextlib.contextmanager
def _written_when_complete(path: str) -> Iterator[h5py.File]:
    """Give a file that gets its name at the end; an error leaves none behind."""
    temporary = f'{path}.part'
    try:
        with h5py.File(temporary, mode='w') as file:
            yield file
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def _store(file: h5py.File, path: str, tensor: Any) -> None:
    """Write one tensor; a list holds the views of one sample."""
    while isinstance(tensor, list | tuple):
        tensor = tensor[0]
    array = tensor.detach().cpu().numpy() if isinstance(tensor, torch.Tensor) else tensor
    file.create_dataset(path, data=array, compression='gzip', compression_opts=4)


def _partitions(deploy_cfg: Any) -> list[dict]:
    """Return how the model is cut: as the deploy config says, or as its code base does by that name."""
    config = get_partition_config(deploy_cfg)
    partitions = config.get('partition_cfg', None)
    return get_predefined_partition_cfg(deploy_cfg, config['type']) if partitions is None else partitions


def _run_marked(file: h5py.File, data_id: int, model: torch.nn.Module,
                sample: Any, inference_func: Callable | None,
                context_info: dict) -> None:
    """Run the model, and write the tensors that the rewrite of `Mark.forward` has seen."""
    reset_mark_function_count()
    calibration = Calibration(_partitions(context_info['cfg']))
    info = dict(context_info, backend='default', create_calib=True, calib_file=file, data_id=data_id,
                calibration=calibration)
    with RewriterContext(**info), torch.no_grad():
        if inference_func is None:
            model(sample)
        else:
            inference_func(model, sample)
    for partition, name, array in calibration.tensors():
        _store(file, f'calib_data/partition{partition}/{name}/{data_id}', array)
