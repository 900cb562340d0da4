"""Layer normalisation."""
import torch
from torch.onnx.symbolic_helper import _is_none, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.utils import Backend


@parse_args('v', 'is', 'v', 'v', 'f', 'i')
def layer_norm(g, input, normalized_shape, weight, bias, eps, cudnn_enable):
    """Emit `LayerNorm` of the last dimensions, which are those of the weight.

    Raises:
        NotImplementedError: without a weight, several dimensions cannot be told from one.
    """
    if _is_none(weight) and not _is_none(bias):
        weight = g.op('Constant', value_t=torch.ones(normalized_shape))
    options = dict(affine_i=int(not _is_none(weight)), epsilon_f=eps)
    if _is_none(weight):
        if len(normalized_shape) > 1:
            raise NotImplementedError(f'LayerNorm of {normalized_shape} without weights has no layer in ncnn; use '
                                      'elementwise_affine=True')
        return g.op('mmdeploy::LayerNorm', input, **options)
    inputs = [weight] if _is_none(bias) else [weight, bias]
    for name, value in zip(('layernorm_weight', 'layernorm_bias'), inputs, strict=False):
        value.setDebugName(name)
    return g.op('mmdeploy::LayerNorm', input, *inputs, **options)


@SYMBOLIC_REWRITER.register_symbolic('layer_norm', is_pytorch=True, backend=Backend.NCNN.value)
def layer_norm__ncnn(ctx, g, *args):
    """See `layer_norm`."""
    return layer_norm(g, *args)
