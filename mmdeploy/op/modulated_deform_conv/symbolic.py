"""Export of mmcv's `modulated_deform_conv2d`."""
import torch
from mmcv.ops.modulated_deform_conv import ModulatedDeformConv2dFunction
from torch.nn.modules.utils import _pair

from mmdeploy.core import FUNCTION_REWRITER, SYMBOLIC_REWRITER
from mmdeploy.utils import IR

_SCHEMA = ('modulated_deform_conv(Tensor input, Tensor weight, Tensor bias, Tensor offset, Tensor mask, int kernel_h, '
           'int kernel_w, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, '
           'int groups, int deform_groups, bool with_bias) -> Tensor')

_libraries: list[torch.library.Library] = []


@SYMBOLIC_REWRITER.register_symbolic('mmcv.ops.modulated_deform_conv.ModulatedDeformConv2dFunction')
def modulated_deform_conv_default(ctx, g, input, offset, mask, weight, bias, stride, padding, dilation, groups,
                                  deform_groups):
    """Emit our operator.

    Args:
        ctx: context of the rewrite.
        g: graph.
        input: [N, C, H, W].
        offset: [N, 2 * deform_groups * kh * kw, oH, oW], y and x per tap.
        mask: [N, deform_groups * kh * kw, oH, oW].
        weight: [O, C / groups, kh, kw].
        bias: [O] or None.
        stride, padding, dilation: one number, or those of height and width.
        groups: of the convolution.
        deform_groups: groups of channels with offsets of their own.
    """
    inputs = [input, offset, mask, weight] + ([] if bias is None else [bias])
    return g.op(
        'mmdeploy::MMCVModulatedDeformConv2d',
        *inputs,
        stride_i=_pair(stride),
        padding_i=_pair(padding),
        dilation_i=_pair(dilation),
        groups_i=groups,
        deform_groups_i=deform_groups)


def _compute(input, weight, bias, offset, mask, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h,
             dilation_w, groups, deform_groups, with_bias):
    """Compute the operator of TorchScript with mmcv's kernel."""
    return ModulatedDeformConv2dFunction.apply(input, offset, mask, weight, bias if with_bias else None,
                                               (stride_h, stride_w), (pad_h, pad_w), (dilation_h, dilation_w), groups,
                                               deform_groups)


def load_torchscript_operator():
    """Return `torch.ops.mmdeploy.modulated_deform_conv`.

    It comes from the library of operators; without one it is defined here, which is enough to convert.
    """
    if not hasattr(torch.ops.mmdeploy, 'modulated_deform_conv'):
        from mmdeploy.backend.torchscript import get_ops_path
        if get_ops_path():
            torch.ops.load_library(get_ops_path())
        else:
            library = torch.library.Library('mmdeploy', 'DEF')
            library.define(_SCHEMA)
            library.impl('modulated_deform_conv', _compute, 'CompositeExplicitAutograd')
            _libraries.append(library)
    return torch.ops.mmdeploy.modulated_deform_conv


def call_torchscript_operator(input: torch.Tensor, offset: torch.Tensor, mask: torch.Tensor, weight: torch.Tensor,
                              bias: torch.Tensor | None, stride, padding, dilation, groups: int,
                              deform_groups: int) -> torch.Tensor:
    """Call the operator that TorchScript can name; arguments as in `modulated_deform_conv_default`."""
    with_bias = bias is not None
    return load_torchscript_operator()(input, weight, bias if with_bias else input.new_zeros(weight.shape[0]), offset,
                                       mask, *weight.shape[2:], *_pair(stride), *_pair(padding), *_pair(dilation),
                                       groups, deform_groups, with_bias)


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.modulated_deform_conv2d', ir=IR.TORCHSCRIPT)
@FUNCTION_REWRITER.register_rewriter('mmcv.ops.modulated_deform_conv.modulated_deform_conv2d', ir=IR.TORCHSCRIPT)
def modulated_deform_conv2d__torchscript(ctx,
                                         input,
                                         offset,
                                         mask,
                                         weight,
                                         bias=None,
                                         stride=1,
                                         padding=0,
                                         dilation=1,
                                         groups=1,
                                         deform_groups=1):
    """See `call_torchscript_operator`."""
    return call_torchscript_operator(input, offset, mask, weight, bias, stride, padding, dilation, groups,
                                     deform_groups)
