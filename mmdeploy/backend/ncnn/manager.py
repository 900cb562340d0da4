"""What the converter asks ncnn."""
import os.path as osp
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.backend.base.backend_manager import NativeManager, Wanted
from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import Backend, get_backend_config
from mmdeploy.utils.utils import make_folder


class Manager(NativeManager):
    """ncnn reads a network (.param) and its weights (.bin)."""

    engine = 'ncnn'

    @staticmethod
    def to_backend(ir_files: Sequence[str], work_dir: str, deploy_cfg: Any,
                   device: str) -> list[str]:
        """Convert ONNX files; each gives a network and its weights."""
        make_folder(work_dir)
        precision = get_backend_config(deploy_cfg).get('precision', 'FP32')
        files = []
        for path in ir_files:
            stem = osp.splitext(osp.basename(path))[0]
            files += import_native().convert(
                Backend.NCNN.value,
                path,
                osp.join(work_dir, stem),
                precision=precision)
        return files

    @staticmethod
    def load(wanted: Wanted) -> torch.nn.Module:
        """Load a model; the weights lie beside the network if not given."""
        from mmdeploy.backend.ncnn import NCNNWrapper
        param_file = wanted.files[0]
        beside = f'{osp.splitext(param_file)[0]}.bin'
        return NCNNWrapper(
            param_file=param_file,
            bin_file=wanted.files[1] if len(wanted.files) > 1 else beside,
            output_names=wanted.output_names,
            use_vulkan=wanted.config.get('use_vulkan', False),
            precision=wanted.config.get('precision', 'FP32'),
            engine_options=wanted.config.get('engine_options'))

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        stem = osp.splitext(save_file)[0]
        return dict(
            net=f'{stem}.param',
            weights=f'{stem}.bin',
            precision=backend_config.get('precision', 'FP32'))
