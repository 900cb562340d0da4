"""Writes the inputs that a quantizer looks at, from a model config."""
from copy import deepcopy

import mmcv
from mmcv.parallel import MMDataParallel

from mmdeploy.codebase import BaseTask
from mmdeploy.core import patch_model
from mmdeploy.utils import IR, cfg_apply_marks, get_backend, get_ir_config, load_config, parse_device_id

from .core import PIPELINE_MANAGER, no_mp
from .utils import build_task_processor
from .utils import create_calib_input_data as write_calib_input_data


@PIPELINE_MANAGER.register_pipeline()
def create_calib_input_data(calib_file: str,
                            deploy_cfg: str | mmcv.Config,
                            model_cfg: str | mmcv.Config,
                            model_checkpoint: str | None = None,
                            dataset_cfg: str | mmcv.Config | None = None,
                            dataset_type: str = 'val',
                            device: str = 'cpu',
                            task_processor: BaseTask | None = None) -> None:
    """Write the calibration data of a model.

    Args:
        calib_file: HDF5 file to write.
        deploy_cfg: deploy config.
        model_cfg: config of the model.
        model_checkpoint: weights.
        dataset_cfg: config with the data set, by default the model's.
        dataset_type: part of `data`.
        device: where the model runs.
        task_processor: the task processor, if it is built already.
    """
    with no_mp():
        deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
        # The data set may ask the model config, which must stay as it is.
        dataset_cfg = deepcopy(model_cfg) if dataset_cfg is None else (
            load_config(dataset_cfg)[0])
        device_id = parse_device_id(device)
        task = task_processor or build_task_processor(model_cfg, deploy_cfg, device)
        model = task.copy_pytorch_model(model_checkpoint)
        ir = IR.get(get_ir_config(deploy_cfg)['type'])
        model = patch_model(
            model,
            cfg=deploy_cfg,
            backend=get_backend(deploy_cfg).value,
            ir=ir)
        on_cpu = device_id is None or device_id < 0
        model = MMDataParallel(model, device_ids=[None if on_cpu else
                                                  device_id])
        dataset = task.build_dataset(dataset_cfg, dataset_type)
        dataloader = task.build_dataloader(
            dataset, 1, 1, dist=False, shuffle=False)
        write_calib_input_data(
            calib_file,
            model,
            dataloader,
            get_tensor_func=task.get_tensor_from_input,
            inference_func=task.run_inference,
            model_partition=bool(cfg_apply_marks(deploy_cfg)),
            context_info=dict(cfg=deploy_cfg),
            device=device)
