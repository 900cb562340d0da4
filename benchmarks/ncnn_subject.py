"""What `ncnn_convert` converts, one by one."""
import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import mmdeploy.pytorch  # noqa: F401  registers rewrites
from mmdeploy.core import RewriterContext

OPSET = 16  # of exports


class Subject(NamedTuple):
    """A module and what it takes."""

    build: Callable[[], nn.Module]
    # Of inputs that are drawn; without them `build` answers the module and its input.
    shapes: tuple[tuple[int, ...], ...] = ()
    least: float = 0  # of what is drawn, up to 1
    # What it is exported in.
    context: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext
    # Whether it is traced for pnnx in the same, without which some models cannot be traced.
    traced_in_context: bool = True

    def prepare(self) -> tuple[nn.Module, list[Tensor]]:
        """Return the module with statistics as of a trained one, and inputs, the same in every process."""
        torch.manual_seed(0)
        if not self.shapes:
            model, x = self.build()
            return model.eval().requires_grad_(False), [x]
        model = self.build().eval().requires_grad_(False)
        for part in model.modules():
            if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.5, 1.5)
        return model, [torch.rand(shape) * (1 - self.least) + self.least for shape in self.shapes]


def rewrites() -> contextlib.AbstractContextManager:
    """Return what mmdeploy exports in, where PyTorch's exporter is wrong or lacks an operator."""
    return RewriterContext(dict(backend_config=dict(type='ncnn')), 'ncnn', opset=OPSET)


class Call(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable, *modules: nn.Module):
        super().__init__()
        self.function = function
        self.inner = nn.ModuleList(modules)

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(*inputs, *self.inner)
