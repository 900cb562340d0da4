"""What all engines look like from PyTorch."""
from abc import ABCMeta, abstractmethod
from collections.abc import Sequence

import torch


class BaseWrapper(torch.nn.Module, metaclass=ABCMeta):
    """A model in an engine, called like a module.

    A sub-class registers itself with `BACKEND_WRAPPER` and times only the
    call of the engine, with `TimeCounter.count_time(<backend value>)`.

    Args:
        output_names: outputs in the order of `output_to_list`.
    """

    def __init__(self, output_names: Sequence[str]):
        super().__init__()
        self._output_names = output_names

    @staticmethod
    def get_backend_file_count() -> int:
        """Return how many files a model has."""
        return 1

    @abstractmethod
    def forward(self, inputs: dict[str,
                                   torch.Tensor]) -> dict[str, torch.Tensor]:
        """Run the model: tensors by input name to tensors by output name."""

    @property
    def output_names(self) -> Sequence[str]:
        """Names of the outputs, in order."""
        return self._output_names

    @output_names.setter
    def output_names(self, value: Sequence[str]) -> None:
        self._output_names = value

    def output_to_list(
            self, output_dict: dict[str,
                                    torch.Tensor]) -> list[torch.Tensor]:
        """Return the outputs in the order of `output_names`."""
        return [output_dict[name] for name in self._output_names]
