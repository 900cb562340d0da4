"""Attention as one operator, which PyTorch 1.13 takes when nothing is trained and does not export."""
import torch
from torch.nn import functional as F

from mmdeploy.core import FUNCTION_REWRITER

_PADDING = 1  # as type of a mask: one of keys [N, S], else one of pairs [L, S]


def _refuse_nested(x: torch.Tensor) -> None:
    """Name what made a nested tensor; what it computes at padded places, and their number, are another answer."""
    if x.is_nested:
        raise NotImplementedError(
            'attention of a nested tensor, which nn.TransformerEncoder makes of src_key_padding_mask, cannot be '
            'exported; build it with nn.TransformerEncoder(..., enable_nested_tensor=False)')


@FUNCTION_REWRITER.register_rewriter(func_name='torch._native_multi_head_attention')
def native_multi_head_attention__default(ctx, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor,
                                         embed_dim: int, num_head: int, qkv_weight: torch.Tensor,
                                         qkv_bias: torch.Tensor, proj_weight: torch.Tensor, proj_bias: torch.Tensor,
                                         mask: torch.Tensor | None = None, need_weights: bool = True,
                                         average_attn_weights: bool = True, mask_type: int | None = None):
    """Return what `torch.nn.functional.multi_head_attention_forward` does, for a batch in front.

    Args:
        ctx: context of the rewrite.
        query: [N, L, E].
        key: [N, S, E].
        value: [N, S, E].
        embed_dim: E.
        num_head: heads.
        qkv_weight: [3 E, E].
        qkv_bias: [3 E].
        proj_weight: [E, E].
        proj_bias: [E].
        mask: of keys or of pairs.
        need_weights: whether the second result is wanted.
        average_attn_weights: over heads.
        mask_type: 1 for a mask of keys.

    Raises:
        NotImplementedError: the query is a nested tensor.
    """
    _refuse_nested(query)
    masks = dict(key_padding_mask=mask) if mask_type == _PADDING else dict(attn_mask=mask)
    query, key, value = (x.transpose(0, 1) for x in (query, key, value))
    found, weights = F.multi_head_attention_forward(
        query, key, value, embed_dim, num_head, qkv_weight, qkv_bias, None, None, False, 0.0, proj_weight, proj_bias,
        training=False, need_weights=need_weights, average_attn_weights=average_attn_weights, **masks)
    return found.transpose(0, 1), weights


@FUNCTION_REWRITER.register_rewriter(func_name='torch._transformer_encoder_layer_fwd')
def transformer_encoder_layer_fwd__default(ctx, src, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight,
                                           proj_bias, use_gelu, norm_first, eps, norm_weight_1, norm_bias_1,
                                           norm_weight_2, norm_bias_2, ffn_weight_1, ffn_bias_1, ffn_weight_2,
                                           ffn_bias_2, mask=None, mask_type=None):
    """Return what `torch.nn.TransformerEncoderLayer` does in its parts, for `src` [N, L, E].

    Raises:
        NotImplementedError: `src` is a nested tensor.
    """
    _refuse_nested(src)

    def attend(x):
        return native_multi_head_attention__default(ctx, x, x, x, embed_dim, num_heads, qkv_weight, qkv_bias,
                                                    proj_weight, proj_bias, mask, False, True, mask_type)[0]

    def feed_forward(x):
        x = F.linear(x, ffn_weight_1, ffn_bias_1)
        return F.linear(F.gelu(x) if use_gelu else F.relu(x), ffn_weight_2, ffn_bias_2)

    def norm_1(x):
        return F.layer_norm(x, (embed_dim, ), norm_weight_1, norm_bias_1, eps)

    def norm_2(x):
        return F.layer_norm(x, (embed_dim, ), norm_weight_2, norm_bias_2, eps)

    if norm_first:
        src = src + attend(norm_1(src))
        return src + feed_forward(norm_2(src))
    src = norm_1(src + attend(src))
    return norm_2(src + feed_forward(src))
