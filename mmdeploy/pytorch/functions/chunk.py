"""`torch.Tensor.chunk`."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import IR, Backend


def _length(tensor: torch.Tensor, dim: int) -> int:
    """Return the size along one dimension as a number, not as a value of the graph."""
    return untraced(tensor.size, dim)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.chunk', backend=Backend.NCNN.value)
def chunk__ncnn(ctx, self: torch.Tensor, num_chunks: int, dim: int = 0) -> list[torch.Tensor]:
    """Take the pieces by their indices: ncnn's Slice cannot split every dimension."""
    length = _length(self, dim)
    step = max(-(-length // num_chunks), 1)
    pieces = untraced(lambda: torch.arange(length, device=self.device).split(step))
    return [torch.index_select(self, dim, piece) for piece in pieces]


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.chunk', ir=IR.TORCHSCRIPT)
def chunk__torchscript(ctx, self: torch.Tensor, num_chunks: int, dim: int = 0) -> tuple[torch.Tensor, ...]:
    """Split into equal pieces, whose number is then known to whoever reads the file.

    Raises:
        AssertionError: the pieces would not be equal.
    """
    length = _length(self, dim)
    assert length % num_chunks == 0, (
        f'cannot split to equal sizes: dimension {dim} has {length} entries, which {num_chunks} does not divide; '
        'use torch.split with the sizes')
    return self.split(length // num_chunks, dim)
