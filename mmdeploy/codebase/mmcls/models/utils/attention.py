"""Attention."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.mmcv.cnn import MultiHeadAttentionop
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.utils.attention.MultiheadAttention.forward',
    backend=Backend.NCNN.value,
    classes=['mmcls.models.utils.attention.MultiheadAttention'])
def multiheadattention__forward__ncnn(ctx, self, qkv_input: torch.Tensor):
    """Use the layer that ncnn has.

    Args:
        qkv_input: [1, N, channels].
    """
    dims = self.embed_dims
    weights = self.qkv.weight.chunk(3)
    if self.qkv.bias is None:
        biases = [self.qkv.weight.new_zeros(dims)] * 3
    else:
        biases = self.qkv.bias.chunk(3)
    output_bias = self.proj.bias
    if output_bias is None:
        output_bias = self.proj.weight.new_zeros(dims)
    # The layer scales by sqrt(head_dims); a scale of its own goes to q.
    ratio = self.scale * self.head_dims**0.5
    out = MultiHeadAttentionop.apply(qkv_input, qkv_input, qkv_input,
                                     weights[0] * ratio, biases[0] * ratio,
                                     weights[1], biases[1], weights[2],
                                     biases[2], self.proj.weight, output_bias,
                                     dims, self.num_heads)
    assert not self.v_shortcut, 'v_shortcut has no layer in ncnn'
    return out
