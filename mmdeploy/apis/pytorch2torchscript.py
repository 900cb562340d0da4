"""Exports a model of a code base to TorchScript."""
import os.path as osp
from typing import Any

import mmcv
import torch

from mmdeploy.codebase import BaseTask
from mmdeploy.utils import get_backend, get_input_shape, load_config
from mmdeploy.utils.utils import make_folder

from .core import PIPELINE_MANAGER, no_mp
from .torch_jit import trace
from .utils import build_task_processor


@PIPELINE_MANAGER.register_pipeline()
def torch2torchscript(img: Any,
                      work_dir: str,
                      save_file: str,
                      deploy_cfg: str | mmcv.Config,
                      model_cfg: str | mmcv.Config,
                      model_checkpoint: str | None = None,
                      device: str = 'cuda:0',
                      task_processor: BaseTask | None = None) -> None:
    """Write `<work_dir>/<save_file>`, with the suffix `.pt`.

    The arguments are those of `torch2onnx`; only the first input of a model
    is traced.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    make_folder(work_dir)
    task = task_processor or build_task_processor(model_cfg, deploy_cfg, device)
    task.check_convertible()
    _, inputs = task.create_input(img, get_input_shape(deploy_cfg))
    model = task.copy_pytorch_model(model_checkpoint)
    if not isinstance(inputs, torch.Tensor):
        inputs = inputs[0]
    with no_mp():
        trace(
            model,
            inputs,
            output_path_prefix=osp.join(work_dir, osp.splitext(save_file)[0]),
            backend=get_backend(deploy_cfg).value,
            context_info=dict(deploy_cfg=deploy_cfg),
            check_trace=False)
