"""Convolutions by weights that are calculated."""
from torch.onnx import symbolic_opset9
from torch.onnx.symbolic_helper import _get_tensor_sizes, _is_none, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER


@parse_args('v', 'v', 'v', 'is', 'is', 'is', 'i', 'is', 'i')
def _without_kernel_shape(g, input, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    """Emit a convolution whose kernel is as large as the weight is when it runs."""
    inputs = [input, weight] if _is_none(bias) else [input, weight, bias]
    options = dict(strides_i=stride, pads_i=padding + padding, dilations_i=dilation, group_i=groups)
    if transposed and any(output_padding):
        options['output_padding_i'] = output_padding
    return g.op('ConvTranspose' if transposed else 'Conv', *inputs, **options)


@SYMBOLIC_REWRITER.register_symbolic('_convolution', is_pytorch=True)
def convolution__default(ctx, g, input, weight, *args):
    """Emit a convolution; PyTorch 1.13 refuses weights of unknown sizes, as those that a custom operator is behind."""
    sizes = _get_tensor_sizes(weight)
    if sizes is None or None in sizes[2:]:
        return _without_kernel_shape(g, input, weight, *args[:7])
    return symbolic_opset9._convolution(g, input, weight, *args)
