"""Runs a converted model once."""
from collections.abc import Sequence
from typing import Any

import mmcv
import numpy as np
import torch

from mmdeploy.utils import get_input_shape, load_config

from .utils import build_task_processor


def inference_model(model_cfg: str | mmcv.Config,
                    deploy_cfg: str | mmcv.Config,
                    backend_files: Sequence[str], img: str | np.ndarray,
                    device: str) -> Any:
    """Run a converted model on an image.

    Args:
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        backend_files: files of the converted model.
        img: path, or pixels [H, W, C] in BGR order.
        device: e.g. `cpu` or `cuda:0`.

    Returns:
        The result as the code base gives it, a list with one item per image.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    task = build_task_processor(model_cfg, deploy_cfg, device)
    model = task.init_backend_model(backend_files)
    model_inputs, _ = task.create_input(img, get_input_shape(deploy_cfg))
    with torch.no_grad():
        return task.run_inference(model, model_inputs)
