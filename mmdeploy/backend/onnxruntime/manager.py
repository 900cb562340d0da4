"""What the converter asks ONNX Runtime."""
from collections.abc import Sequence
from typing import Any

import torch

import mmdeploy.backend.onnxruntime as package
from mmdeploy.backend.base.backend_manager import BackendManager
from mmdeploy.backend.base.native import explain_missing_engine, get_engine_version
from mmdeploy.utils import get_backend_config


class Manager(BackendManager):
    """ONNX Runtime loads the exported file."""

    @staticmethod
    def is_available() -> bool:
        return package.is_available()

    @staticmethod
    def explain_missing() -> str:
        return explain_missing_engine('onnxruntime')

    @staticmethod
    def get_version() -> str | None:
        return get_engine_version('onnxruntime')

    @staticmethod
    def build_wrapper(backend_files: Sequence[str],
                      device: str,
                      input_names: Sequence[str] | None = None,
                      output_names: Sequence[str] | None = None,
                      deploy_cfg: Any | None = None,
                      **kwargs) -> torch.nn.Module:
        from mmdeploy.backend.onnxruntime import ORTWrapper
        config = {} if deploy_cfg is None else get_backend_config(deploy_cfg)
        return ORTWrapper(
            onnx_file=backend_files[0],
            device=device,
            output_names=output_names,
            engine_options=config.get('engine_options'))

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        return dict(net=save_file, weights='', precision='FP32')
