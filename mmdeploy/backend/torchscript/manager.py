"""What the converter asks TorchScript."""
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.backend.base.backend_manager import NativeManager, Wanted
from mmdeploy.utils import IR, get_ir_config


class Manager(NativeManager):
    """LibTorch loads the traced file."""

    engine = 'torchscript'

    @staticmethod
    def to_backend(ir_files: Sequence[str], work_dir: str, deploy_cfg: Any,
                   device: str) -> list[str]:
        ir_type = get_ir_config(deploy_cfg).get('type')
        if ir_type != IR.TORCHSCRIPT.value:
            raise ValueError(
                f'deploy config: ir_config.type is {ir_type!r}, the backend '
                "torchscript needs 'torchscript'; inherit "
                'configs/_base_/torchscript_config.py')
        return list(ir_files)

    @staticmethod
    def load(wanted: Wanted) -> torch.nn.Module:
        from mmdeploy.backend.torchscript import TorchscriptWrapper
        names = wanted.input_names
        if wanted.deploy_cfg is not None:
            names = names or get_ir_config(wanted.deploy_cfg).get('input_names')
        return TorchscriptWrapper(
            model=wanted.files[0],
            input_names=names,
            output_names=wanted.output_names,
            engine_options=wanted.config.get('engine_options'))

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        return dict(net=save_file, weights='', precision='FP32')
