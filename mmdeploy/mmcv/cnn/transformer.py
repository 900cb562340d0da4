"""Attention of mmcv."""
import math

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import Backend


class MultiHeadAttentionop(torch.autograd.Function):
    """Exports `mmdeploy::MultiHeadAttention`, a layer of ncnn.

    Computes softmax(q k^T / sqrt(head_dims)) v per head, with projections of
    q, k, v and of the result.
    """

    @staticmethod
    def symbolic(g, q, k, v, q_weight, q_bias, k_weight, k_bias, v_weight,
                 v_bias, o_weight, o_bias, embed_dims, num_heads):
        """Emit the node; weights get the names that the converter reads."""
        named = dict(
            q_weight=q_weight,
            q_bias=q_bias,
            k_weight=k_weight,
            k_bias=k_bias,
            v_weight=v_weight,
            v_bias=v_bias,
            o_weight=o_weight,
            o_bias=o_bias)
        for name, value in named.items():
            value.setDebugName(name)
        node = g.op(
            'mmdeploy::MultiHeadAttention',
            q,
            k,
            v,
            *named.values(),
            embed_dim_i=embed_dims,
            num_heads_i=num_heads)
        node.setType(q.type())
        return node

    @staticmethod
    def forward(ctx, q, k, v, q_weight, q_bias, k_weight, k_bias, v_weight,
                v_bias, o_weight, o_bias, embed_dims, num_heads):
        """Compute what the layer does.

        Args:
            ctx: context of the Function.
            q, k, v: [B, T, embed_dims].
            q_weight, k_weight, v_weight, o_weight: [embed_dims, embed_dims].
            q_bias, k_bias, v_bias, o_bias: [embed_dims].
            embed_dims: a multiple of `num_heads`.
            num_heads: number of heads.
        """

        def attend():
            query, key, value = (
                (x @ weight.t() + bias).reshape(*x.shape[:2], num_heads, -1).transpose(1, 2)
                for x, weight, bias in ((q, q_weight, q_bias), (k, k_weight, k_bias), (v, v_weight, v_bias)))
            scores = query @ key.transpose(2, 3) / math.sqrt(embed_dims // num_heads)
            out = (scores.softmax(-1) @ value).transpose(1, 2).reshape(q.shape)
            return out @ o_weight.t() + o_bias

        return untraced(attend)


@FUNCTION_REWRITER.register_rewriter(
    'mmcv.cnn.bricks.transformer.MultiheadAttention.forward',
    backend=Backend.NCNN.value)
def multiheadattention__forward__ncnn(ctx,
                                      self,
                                      query,
                                      key=None,
                                      value=None,
                                      identity=None,
                                      query_pos=None,
                                      key_pos=None,
                                      attn_mask=None,
                                      key_padding_mask=None,
                                      **kwargs):
    """Use the layer that ncnn has, for self-attention without masks."""
    key = query if key is None else key
    value = key if value is None else value
    identity = query if identity is None else identity
    assert query is key and key is value, 'only support query==key==value'
    assert self.batch_first, 'only support batch on first dim'
    assert attn_mask is None and key_padding_mask is None, (
        'masks have no layer in ncnn')
    key_pos = query_pos if key_pos is None else key_pos
    if query_pos is not None:
        query = query + query_pos
    if key_pos is query_pos:
        key = query  # one object, which ncnn takes as one blob
    else:
        key = key + key_pos
    weights = self.attn.in_proj_weight.chunk(3)
    biases = self.attn.in_proj_bias.chunk(3)
    out = MultiHeadAttentionop.apply(query, key, value, weights[0], biases[0],
                                     weights[1], biases[1], weights[2],
                                     biases[2], self.attn.out_proj.weight,
                                     self.attn.out_proj.bias, self.embed_dims,
                                     self.num_heads)
    return identity + self.dropout_layer(self.proj_drop(out))
