"""Runs an ncnn model."""
from collections.abc import Mapping, Sequence

import numpy as np

from mmdeploy.backend.base import BACKEND_WRAPPER, NativeWrapper
from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import Backend
from mmdeploy.utils.timer import TimeCounter


@BACKEND_WRAPPER.register_module(Backend.NCNN.value)
class NCNNWrapper(NativeWrapper):
    """A model in ncnn.

    Blobs of ncnn have no batch: a batch is run image by image.

    Args:
        param_file: the network.
        bin_file: its weights.
        output_names: by default the outputs of the model.
        use_vulkan: refused by builds without Vulkan.
        precision: `FP32`, `FP16` (where the processor can) or `INT8`.
        engine_options: ncnn has none; refused by name.

    Raises:
        RuntimeError: the model can't be loaded; the message says why.
    """

    def __init__(self,
                 param_file: str,
                 bin_file: str,
                 output_names: Sequence[str] | None = None,
                 use_vulkan: bool = False,
                 precision: str = 'FP32',
                 engine_options: Mapping[str, str] | None = None):
        net = import_native().Net(
            param_file,
            Backend.NCNN.value,
            weights=bin_file,
            precision=precision,
            use_vulkan=use_vulkan,
            engine_options=dict(engine_options or {}))
        super().__init__(net, output_names)

    @staticmethod
    def get_backend_file_count() -> int:
        """Return how many files a model has: the network and its weights."""
        return 2

    @TimeCounter.count_time(Backend.NCNN.value)
    def _run(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self.net.run(arrays)
