"""Draws the result of a model into its image."""
from collections.abc import Sequence

import mmcv
import numpy as np
import torch

from mmdeploy.codebase import BaseTask
from mmdeploy.utils import Backend, get_backend, get_input_shape, load_config

from .utils import build_task_processor


def _as_files(model: str | Sequence[str]) -> Sequence[str]:
    """Return one or several paths as a list."""
    files = [model] if isinstance(model, str) else list(model)
    assert files and all(isinstance(file, str) for file in files), (
        f'model is {model!r}, expected a path, a list of paths, or a model')
    return files


class DrawingError(RuntimeError):
    """A result could not be drawn; the cause is kept."""


def visualize_model(model_cfg: str | mmcv.Config,
                    deploy_cfg: str | mmcv.Config,
                    model: str | Sequence[str] | torch.nn.Module,
                    img: str | np.ndarray,
                    device: str,
                    backend: Backend | None = None,
                    output_file: str | None = None,
                    show_result: bool = False,
                    task_processor: BaseTask | None = None,
                    **kwargs) -> None:
    """Run a model on an image and draw the result.

    Args:
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        model: files of a converted model, a checkpoint, or a model.
        img: path, or pixels [H, W, C] in BGR order.
        device: e.g. `cpu` or `cuda:0`.
        backend: engine of `model`, by default that of the deploy config;
            `Backend.PYTORCH` means a checkpoint.
        output_file: picture to write.
        show_result: show a window instead of writing the file.
        task_processor: the task processor, if it is built already.
        kwargs: for `init_backend_model`.

    Raises:
        DrawingError: the model gave a result, but drawing it failed.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    task = task_processor or build_task_processor(model_cfg, deploy_cfg, device)
    if backend is None:
        backend = get_backend(deploy_cfg)
    if not isinstance(model, torch.nn.Module):
        files = _as_files(model)
        if backend == Backend.PYTORCH:
            model = task.copy_pytorch_model(files[0])
        else:
            model = task.init_backend_model(files, **kwargs)
    model_inputs, _ = task.create_input(img, get_input_shape(deploy_cfg))
    with torch.no_grad():
        result = task.run_inference(model, model_inputs)[0]
    try:
        task.visualize(
            image=img,
            model=model,
            result=result,
            output_file=output_file,
            window_name=backend.value,
            show_result=show_result)
    except Exception as error:  # of the codebase: any
        raise DrawingError(f'the result of {backend.value} could not be drawn. {type(error).__name__}: '
                           f'{str(error).strip()}') from error
