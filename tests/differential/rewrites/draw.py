"""What draws are made of."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch


@dataclass
class Case:
    """One call."""

    function: Callable
    inputs: Sequence[torch.Tensor]
    backend: str = 'default'
    opset: int = 11
    # Axes of the first input that are open, and further sizes of it.
    open_axes: Sequence[int] = ()
    others: Sequence[torch.Tensor] = field(default_factory=tuple)
    # The deploy config beside the engine.
    cfg: dict = field(default_factory=dict)
    # Of the largest number that is expected.
    tolerance: float = 1e-4


class Draw(random.Random):
    """Draws numbers, shapes and tensors."""

    def shape(self, low: int, high: int, largest: int = 6) -> list[int]:
        return [
            self.choice([1, self.randint(1, largest), self.randint(2, largest)]) for _ in range(self.randint(low, high))
        ]

    def generator(self) -> torch.Generator:
        return torch.Generator().manual_seed(self.randrange(1 << 30))

    def tensor(self, shape: Sequence[int]) -> torch.Tensor:
        """Return normal numbers; sometimes they lie in memory in another order, or with gaps."""
        return self.laid_out(torch.randn(list(shape), generator=self.generator()))

    def laid_out(self, x: torch.Tensor) -> torch.Tensor:
        how = self.randrange(4)
        if how == 1 and x.dim() > 1:
            return x.transpose(0, -1).contiguous().transpose(0, -1)
        if how == 2 and x.dim():
            return torch.stack([x, x], -1)[..., 0]
        return x

    def module(self, module: torch.nn.Module) -> torch.nn.Module:
        """Return a module that does not train, with drawn weights."""
        generator = self.generator()
        for parameter in module.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.5
        module.eval()  # of some code bases it answers nothing
        return module.requires_grad_(False)

    def axis(self, rank: int) -> int:
        return self.randrange(-rank, rank)

    def maybe(self, chance: float = 0.5) -> bool:
        return self.random() < chance

    def opened(self, case: Case, axes: Sequence[int]) -> Case:
        """Sometimes open axes of the first input, with two further sizes of them."""
        if self.maybe() or not axes:
            return case
        shape = list(case.inputs[0].shape)
        case.open_axes = axes
        case.others = []
        for _ in range(2):
            size = list(shape)
            for axis in axes:
                size[axis] = self.randint(1, 9)
            case.others.append(self.tensor(size))
        return case


@dataclass
class Drawn:
    """A draw, and the rewrites that it is about; see `registered.label`."""

    make: Callable[[Draw], Case]
    rewrites: Sequence[str]
    # Of the draws, in an engine or in ONNX Runtime.
    least_right: float = 1 / 6


DRAWS: dict[str, Drawn] = {}


def draws(*rewrites: str, **options) -> Callable:
    """Return a decorator that adds a draw of some rewrites."""

    def add(make: Callable[[Draw], Case]) -> Callable:
        assert make.__name__ not in DRAWS, f'two draws are called {make.__name__}'
        DRAWS[make.__name__] = Drawn(make, rewrites, **options)
        return make

    return add
