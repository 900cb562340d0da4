"""What the wrappers of the SDK's C++ engines have in common."""
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .base_wrapper import BaseWrapper


class NativeWrapper(BaseWrapper):
    """A model in a C++ engine of the SDK.

    A sub-class times the call of the engine in `_run`, with
    `TimeCounter.count_time(<backend value>)`.

    Args:
        net: `mmdeploy_python.Net`.
        output_names: by default the outputs of the model.
    """

    def __init__(self, net: Any, output_names: Sequence[str] | None = None):
        if output_names is None:
            output_names = [info.name for info in net.outputs]
        super().__init__(output_names)
        self.net = net

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

    @abstractmethod
    def _run(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Call the engine: `return self.net.run(arrays)`, timed."""
