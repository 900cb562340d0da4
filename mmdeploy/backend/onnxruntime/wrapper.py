"""Runs an ONNX model."""
from collections.abc import Mapping, Sequence

import numpy as np

from mmdeploy.backend.base import BACKEND_WRAPPER, NativeWrapper
from mmdeploy.backend.base.native import import_native, split_device
from mmdeploy.utils import Backend
from mmdeploy.utils.timer import TimeCounter


@BACKEND_WRAPPER.register_module(Backend.ONNXRUNTIME.value)
class ORTWrapper(NativeWrapper):
    """An ONNX model in ONNX Runtime.

    Args:
        onnx_file: the model.
        device: `cpu` or `cuda:<index>`.
        output_names: by default the outputs of the model.
        engine_options: see README.md beside this file.

    Raises:
        RuntimeError: the model can't be loaded; the message says why.
    """

    def __init__(self,
                 onnx_file: str,
                 device: str,
                 output_names: Sequence[str] | None = None,
                 engine_options: Mapping[str, str] | None = None):
        self.device_type, self.device_id = split_device(device)
        net = import_native().Net(
            onnx_file,
            Backend.ONNXRUNTIME.value,
            self.device_type,
            self.device_id,
            engine_options=dict(engine_options or {}))
        super().__init__(net, output_names)

    @property
    def sess(self):
        """The session, under the name that users of the class know."""
        return self.net

    @TimeCounter.count_time(Backend.ONNXRUNTIME.value)
    def _run(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self.net.run(arrays)
