"""What the converter asks ONNX Runtime."""
from typing import Any, Dict, Optional, Sequence

import torch

import mmdeploy.backend.onnxruntime as package
from mmdeploy.backend.base.backend_manager import BackendManager
from mmdeploy.backend.base.native import get_engine_version


class Manager(BackendManager):
    """ONNX Runtime loads the exported file."""

    @staticmethod
    def is_available() -> bool:
        return package.is_available()

    @staticmethod
    def get_version() -> Optional[str]:
        return get_engine_version('onnxruntime')

    @staticmethod
    def build_wrapper(backend_files: Sequence[str],
                      device: str,
                      input_names: Optional[Sequence[str]] = None,
                      output_names: Optional[Sequence[str]] = None,
                      deploy_cfg: Optional[Any] = None,
                      **kwargs) -> torch.nn.Module:
        from mmdeploy.backend.onnxruntime import ORTWrapper
        return ORTWrapper(
            onnx_file=backend_files[0],
            device=device,
            output_names=output_names)

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: Dict) -> Dict[str, str]:
        return dict(net=save_file, weights='', precision='FP32')
