"""`torch.Tensor.chunk`."""
from typing import Any

import torch
from torch._C import Graph

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import IR, Backend

from ..inplace.functionalize import remove_inplace_ops__default
from ..inplace.graph import Emitter


def _length(tensor: torch.Tensor, dim: int) -> int:
    """Return the size along one dimension as a number, not as a value of the graph."""
    return untraced(tensor.size, dim)


@FUNCTION_REWRITER.register_rewriter(func_name='torch.Tensor.chunk', backend=Backend.NCNN.value)
def chunk__ncnn(ctx, self: torch.Tensor, num_chunks: int, dim: int = 0) -> tuple[torch.Tensor, ...]:
    """Take the pieces by their indices: ncnn's Slice cannot split every dimension.

    They are views, which may be written to; `remove_inplace_ops__ncnn` exports what is a slice of an alias by `Gather`.
    """
    length = _length(self, dim)
    step = max(-(-length // num_chunks), 1)
    whole = torch.ops.aten.alias(self)
    bounds = [(start, min(start + step, length)) for start in range(0, max(length, 1), step)]
    return tuple(torch.ops.aten.slice(whole, dim, start, stop, 1) for start, stop in bounds)


def select_pieces(graph: Graph) -> None:
    """Let `index_select` take what `chunk__ncnn` has cut."""
    for node in list(graph.nodes()):
        if node.kind() != 'aten::slice' or node.inputsAt(0).node().kind() != 'aten::alias':
            continue
        start, stop = (node.inputsAt(i).toIValue() for i in (2, 3))
        emitter = Emitter(graph, node)
        piece = emitter.emit('aten::index_select',
                             [node.inputsAt(0), node.inputsAt(1), torch.arange(start, stop)], node.output())
        node.output().replaceAllUsesWith(piece)
        node.destroy()
    graph.setInsertPoint(graph.return_node())


@FUNCTION_REWRITER.register_rewriter(
    func_name='torch._C._jit_pass_onnx_remove_inplace_ops_for_onnx', backend=Backend.NCNN.value)
def remove_inplace_ops__ncnn(ctx, graph: Graph, module: Any) -> None:
    """See `remove_inplace_ops__default`; then let pieces be selected."""
    remove_inplace_ops__default(ctx, graph, module)
    select_pieces(graph)


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
