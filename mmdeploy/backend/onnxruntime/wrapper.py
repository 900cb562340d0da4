"""Runs an ONNX model."""
from collections.abc import Sequence

import numpy as np
import torch

from mmdeploy.backend.base.backend_wrapper_registry import BACKEND_WRAPPER
from mmdeploy.backend.base.base_wrapper import BaseWrapper
from mmdeploy.backend.base.native import import_native, split_device
from mmdeploy.utils import Backend
from mmdeploy.utils.timer import TimeCounter


@BACKEND_WRAPPER.register_module(Backend.ONNXRUNTIME.value)
class ORTWrapper(BaseWrapper):
    """An ONNX model in ONNX Runtime.

    Args:
        onnx_file: the model.
        device: `cpu` or `cuda:<index>`.
        output_names: by default the outputs of the model.

    Raises:
        RuntimeError: the model can't be loaded; the message says why.
    """

    def __init__(self,
                 onnx_file: str,
                 device: str,
                 output_names: Sequence[str] | None = None):
        self.device_type, self.device_id = split_device(device)
        net = import_native().Net(onnx_file, Backend.ONNXRUNTIME.value,
                                  self.device_type, self.device_id)
        if output_names is None:
            output_names = [info.name for info in net.outputs]
        super().__init__(output_names)
        self.sess = net

    def forward(self, inputs: dict[str,
                                   torch.Tensor]) -> dict[str, torch.Tensor]:
        """Run the model; the outputs are on the CPU."""
        arrays = {
            name: np.ascontiguousarray(tensor.detach().cpu().numpy())
            for name, tensor in inputs.items()
        }
        outputs = self._run(arrays)
        return {
            name: torch.from_numpy(np.asarray(array))
            for name, array in outputs.items()
        }

    @TimeCounter.count_time(Backend.ONNXRUNTIME.value)
    def _run(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Call the engine."""
        return self.sess.run(arrays)
