"""Exports a model of a code base to ONNX."""
import os.path as osp
from typing import Any

import mmcv
import torch

from mmdeploy.codebase import BaseTask
from mmdeploy.utils import get_backend, get_dynamic_axes, get_input_shape, get_ir_config, load_config
from mmdeploy.utils.utils import make_folder

from .core import PIPELINE_MANAGER, no_mp
from .onnx import export
from .utils import build_task_processor


@PIPELINE_MANAGER.register_pipeline()
def torch2onnx(img: Any,
               work_dir: str,
               save_file: str,
               deploy_cfg: str | mmcv.Config,
               model_cfg: str | mmcv.Config,
               model_checkpoint: str | None = None,
               device: str = 'cuda:0',
               task_processor: BaseTask | None = None) -> None:
    """Write `<work_dir>/<save_file>`, with the suffix `.onnx`.

    Args:
        img: image that the model is traced with: path or pixels.
        work_dir: created when missing.
        save_file: file name.
        deploy_cfg: deploy config; `input_names` and `output_names` of its
            `onnx_config` are required.
        model_cfg: config of the model.
        model_checkpoint: weights.
        device: where the model is traced.
        task_processor: the task processor, if it is built already.

    Raises:
        FileNotFoundError: there is no such image.
        ValueError: the image cannot be read, or the checkpoint does not fit the model.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    make_folder(work_dir)
    task = task_processor or build_task_processor(model_cfg, deploy_cfg, device)
    task.check_convertible()
    data, inputs = task.create_input(img, get_input_shape(deploy_cfg))
    model = task.copy_pytorch_model(model_checkpoint)
    metas = data.get('img_metas', None)
    if not isinstance(inputs, torch.Tensor):
        inputs = inputs[0] if len(inputs) == 1 else tuple(inputs)

    options = get_ir_config(deploy_cfg)
    for key in ('input_names', 'output_names'):
        if not options.get(key, None):
            raise KeyError(f'deploy config: onnx_config.{key} is missing; '
                           'name the inputs and outputs of the graph')
    names = list(options['input_names']) + list(options['output_names'])
    stem = osp.splitext(osp.basename(save_file))[0]
    with no_mp():
        export(
            model,
            inputs,
            osp.join(work_dir, stem),
            backend=get_backend(deploy_cfg).value,
            input_metas=None if metas is None else dict(img_metas=metas),
            context_info=dict(deploy_cfg=deploy_cfg),
            input_names=list(options['input_names']),
            output_names=list(options['output_names']),
            opset_version=options.get('opset_version', 11),
            dynamic_axes=get_dynamic_axes(deploy_cfg, names),
            verbose=(not options.get('strip_doc_string', True)
                     or options.get('verbose', False)),
            keep_initializers_as_inputs=options.get(
                'keep_initializers_as_inputs', True),
            optimize=options.get('optimize', False))
