"""Runs a TorchScript model."""
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from mmdeploy.backend.base import BACKEND_WRAPPER, BaseWrapper
from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import Backend
from mmdeploy.utils.timer import TimeCounter

Inputs = torch.Tensor | Sequence[torch.Tensor] | Mapping[str, torch.Tensor]
Outputs = torch.Tensor | tuple[torch.Tensor, ...] | dict[str, torch.Tensor]


@BACKEND_WRAPPER.register_module(Backend.TORCHSCRIPT.value)
class TorchscriptWrapper(BaseWrapper):
    """A TorchScript model.

    TorchScript carries code. Files are opened as trusted here, as the
    converter does with the checkpoints that it is told to read; the SDK asks
    its caller.

    Args:
        model: file, run by the SDK's C++ engine, or a module, run as it is.
        input_names: in the order of the model's inputs; needed for inputs
            given by name.
        output_names: in the order of the model's outputs; without them the
            outputs come as the model gives them.
        engine_options: see README.md beside this file.

    Raises:
        RuntimeError: the model can't be loaded; the message says why.
    """

    def __init__(self,
                 model: str | torch.jit.ScriptModule,
                 input_names: Sequence[str] | None = None,
                 output_names: Sequence[str] | None = None,
                 engine_options: Mapping[str, str] | None = None):
        super().__init__(output_names)
        self._input_names = input_names
        self.net = None
        self.ts_model = None
        if isinstance(model, torch.jit.ScriptModule):
            self.ts_model = model
        else:
            self.net = import_native().Net(
                model,
                Backend.TORCHSCRIPT.value,
                trusted=True,
                engine_options=dict(engine_options or {}))

    def _in_order(self, inputs: Inputs) -> list[torch.Tensor]:
        """Return the inputs by position."""
        if isinstance(inputs, torch.Tensor):
            return [inputs]
        if not isinstance(inputs, Mapping):
            return list(inputs)
        if self._input_names is None:
            raise ValueError('inputs are given by name: the wrapper needs '
                             'input_names')
        return [inputs[name] for name in self._input_names]

    def forward(self, inputs: Inputs) -> Outputs:
        """Run the model; the outputs are on the CPU when it is a file."""
        tensors = self._in_order(inputs)
        outputs = self._run(tensors)
        by_name = self.output_names is not None and (isinstance(
            inputs, Mapping) or not isinstance(outputs, torch.Tensor))
        if not by_name:
            return outputs
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs, )
        return dict(zip(self.output_names, outputs, strict=False))

    @TimeCounter.count_time(Backend.TORCHSCRIPT.value)
    def _run(
        self, tensors: Sequence[torch.Tensor]
    ) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Call the engine."""
        if self.ts_model is not None:
            return self.ts_model(*tensors)
        names = [info.name for info in self.net.inputs]
        if len(tensors) != len(names):
            raise ValueError(f'{len(tensors)} inputs given, the model takes '
                             f'{len(names)}')
        arrays = {
            name: np.ascontiguousarray(tensor.detach().cpu().numpy())
            for name, tensor in zip(names, tensors, strict=True)
        }
        results = self.net.run(arrays)
        outputs = tuple(
            torch.from_numpy(np.asarray(results[info.name]))
            for info in self.net.outputs)
        return outputs[0] if len(outputs) == 1 else outputs
