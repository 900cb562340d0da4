"""What the converter asks TorchScript."""
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.backend.base.backend_manager import NativeManager
from mmdeploy.utils import IR, get_backend_config, get_ir_config


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
    def build_wrapper(backend_files: Sequence[str],
                      device: str = 'cpu',
                      input_names: Sequence[str] | None = None,
                      output_names: Sequence[str] | None = None,
                      deploy_cfg: Any | None = None,
                      **kwargs) -> torch.nn.Module:
        from mmdeploy.backend.torchscript import TorchscriptWrapper
        if deploy_cfg is not None:
            ir_config = get_ir_config(deploy_cfg)
            input_names = input_names or ir_config.get('input_names')
            kwargs = dict(
                engine_options=get_backend_config(deploy_cfg).get(
                    'engine_options'))
        else:
            kwargs = {}
        return TorchscriptWrapper(
            model=backend_files[0],
            input_names=input_names,
            output_names=output_names,
            **kwargs)

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        return dict(net=save_file, weights='', precision='FP32')
