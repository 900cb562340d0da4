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


@parse_args('v', 'v', 'v', 'is', 's', 'is', 'i')
def _convolution_mode(g, input, weight, bias, stride, padding, dilation, groups):
    """Emit a convolution whose padding is a word.

    `same` pads half of what the kernel covers beyond one element in front, and the larger half behind.
    """
    kernel = _get_tensor_sizes(weight)[2:]
    if len(stride) == 1:
        stride, dilation = stride * len(kernel), dilation * len(kernel)
    total = [d * (k - 1) if padding == 'same' else 0 for d, k in zip(dilation, kernel, strict=True)]
    pads = [t // 2 for t in total] + [t - t // 2 for t in total]
    inputs = [input, weight] if _is_none(bias) else [input, weight, bias]
    return g.op('Conv', *inputs, kernel_shape_i=kernel, strides_i=stride, pads_i=pads, dilations_i=dilation,
                group_i=groups)


@SYMBOLIC_REWRITER.register_symbolic('_convolution_mode', is_pytorch=True)
def convolution_mode__default(ctx, g, *args):
    """See `_convolution_mode`; PyTorch 1.13 does not export it."""
    return _convolution_mode(g, *args)
