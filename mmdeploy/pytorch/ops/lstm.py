"""Recurrent layers."""
import dataclasses

from torch.onnx._internal.jit_utils import GraphContext

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


class _NcnnGraph(GraphContext):
    """A graph in which an LSTM becomes that of ncnn."""

    def op(self, opname: str, *args, **kwargs):
        """Emit a node."""
        return super().op('ncnn::LSTM' if opname == 'LSTM' else opname, *args, **kwargs)


@FUNCTION_REWRITER.register_rewriter(
    func_name='torch.onnx.symbolic_opset9._generic_rnn', backend=Backend.NCNN.value)
def generic_rnn__ncnn(ctx,
                      g,
                      variant,
                      input,
                      initial_states,
                      all_weights,
                      has_biases,
                      num_layers,
                      dropout,
                      train,
                      bidirectional,
                      batch_first=None,
                      batch_sizes=None):
    """Emit what PyTorch does, but `ncnn::LSTM` instead of `LSTM`.

    The input is [T, N, C], or [N, T, C] with `batch_first`; outputs are those of PyTorch's layer.
    """
    fields = {field.name: getattr(g, field.name) for field in dataclasses.fields(GraphContext)}
    return ctx.origin_func(
        _NcnnGraph(**fields), variant, input, initial_states, all_weights, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, batch_sizes)
