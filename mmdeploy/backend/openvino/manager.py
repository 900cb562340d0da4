"""What the converter asks OpenVINO."""
import os.path as osp
from collections.abc import Sequence
from typing import Any

import torch

import mmdeploy.backend.openvino as package
from mmdeploy.backend.base.backend_manager import NativeManager, Wanted
from mmdeploy.utils import get_ir_config, get_model_inputs, get_partition_config


class Manager(NativeManager):
    """OpenVINO reads a network (.xml) and its weights (.bin)."""

    engine = 'openvino'

    @staticmethod
    def to_backend(ir_files: Sequence[str], work_dir: str, deploy_cfg: Any,
                   device: str) -> list[str]:
        """Convert ONNX files; the weights lie beside what is returned."""
        from .deploy_config import get_input_info_from_cfg, get_mo_options_from_cfg
        from .onnx2openvino import from_onnx
        # Shapes and outputs are those of the whole model, not of its parts, be there only one.
        whole = get_partition_config(deploy_cfg) is None
        input_info = {}
        output_names = []
        if whole:
            output_names = get_ir_config(deploy_cfg).get('output_names') or []
            if get_model_inputs(deploy_cfg):
                input_info = get_input_info_from_cfg(deploy_cfg)
        files = []
        for path in ir_files:
            from_onnx(path, work_dir, input_info, output_names,
                      get_mo_options_from_cfg(deploy_cfg))
            files.append(package.get_output_model_file(path, work_dir))
        return files

    @staticmethod
    def load(wanted: Wanted) -> torch.nn.Module:
        from mmdeploy.backend.openvino import OpenVINOWrapper
        return OpenVINOWrapper(
            ir_model_file=wanted.files[0],
            output_names=wanted.output_names,
            precision=wanted.config.get('precision', 'FP32'),
            engine_options=wanted.config.get('engine_options'))

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        stem = osp.splitext(save_file)[0]
        return dict(
            net=f'{stem}.xml',
            weights=f'{stem}.bin',
            precision=backend_config.get('precision', 'FP32'))
