"""Runs an OpenVINO model."""
from collections.abc import Mapping, Sequence

import numpy as np

from mmdeploy.backend.base import BACKEND_WRAPPER, NativeWrapper
from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import Backend
from mmdeploy.utils.timer import TimeCounter


@BACKEND_WRAPPER.register_module(Backend.OPENVINO.value)
class OpenVINOWrapper(NativeWrapper):
    """A model in OpenVINO.

    Args:
        ir_model_file: the network (`.xml`, its weights beside it as `.bin`)
            or an ONNX file.
        output_names: by default the outputs of the model.
        precision: `FP32`, `FP16` or `BF16`.
        engine_options: see README.md beside this file.

    Raises:
        RuntimeError: the model can't be loaded; the message says why.
    """

    def __init__(self,
                 ir_model_file: str,
                 output_names: Sequence[str] | None = None,
                 precision: str = 'FP32',
                 engine_options: Mapping[str, str] | None = None,
                 **kwargs):
        net = import_native().Net(
            ir_model_file,
            Backend.OPENVINO.value,
            precision=precision,
            engine_options=dict(engine_options or {}))
        super().__init__(net, output_names)

    @TimeCounter.count_time(Backend.OPENVINO.value)
    def _run(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self.net.run(arrays)
