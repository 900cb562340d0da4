"""What the converter asks ONNX Runtime."""
import os.path as osp
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy import graph
from mmdeploy.backend.base.backend_manager import NativeManager, Wanted
from mmdeploy.utils import get_backend_config


def _half_file(path: str) -> str:
    """Return the name of the file that calculates in 16 bits."""
    stem, suffix = osp.splitext(path)
    return f'{stem}_fp16{suffix}'


def _is_half(backend_config: dict) -> bool:
    """Tell whether the network is to calculate in 16 bits.

    Raises:
        ValueError: the precision is neither FP32 nor FP16.
    """
    precision = backend_config.get('precision', 'FP32')
    if precision not in ('FP32', 'FP16'):
        raise ValueError(f"deploy config: backend_config.precision is {precision!r}, allowed for onnxruntime: "
                         "'FP32', 'FP16'")
    return precision == 'FP16'


class Manager(NativeManager):
    """ONNX Runtime loads the exported file, or its twin that calculates in 16 bits."""

    engine = 'onnxruntime'

    @staticmethod
    def to_backend(ir_files: Sequence[str], work_dir: str, deploy_cfg: Any,
                   device: str) -> list[str]:
        """Return the exported files; with precision FP16 write and return `<name>_fp16.onnx`."""
        if not _is_half(get_backend_config(deploy_cfg)):
            return list(ir_files)
        files = []
        for path in ir_files:
            model = graph.load(path)
            model.infer()
            model.convert_to_half()
            files.append(osp.join(work_dir, _half_file(osp.basename(path))))
            model.save(files[-1])
        return files

    @staticmethod
    def load(wanted: Wanted) -> torch.nn.Module:
        from mmdeploy.backend.onnxruntime import ORTWrapper
        return ORTWrapper(
            onnx_file=wanted.files[0],
            device=wanted.device,
            output_names=wanted.output_names,
            engine_options=wanted.config.get('engine_options'))

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        if _is_half(backend_config):
            return dict(net=_half_file(save_file), weights='', precision='FP16')
        return dict(net=save_file, weights='', precision='FP32')
