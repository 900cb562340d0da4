"""Export of mmcv's `deform_conv2d`."""
from torch.nn.modules.utils import _pair
from torch.onnx.symbolic_helper import _get_tensor_sizes

from mmdeploy.core import FUNCTION_REWRITER, SYMBOLIC_REWRITER
from mmdeploy.op.modulated_deform_conv.symbolic import call_torchscript_operator
from mmdeploy.utils import IR, Backend


@SYMBOLIC_REWRITER.register_symbolic('mmcv.ops.deform_conv.DeformConv2dFunction')
def deform_conv__default(ctx,
                         g,
                         input,
                         offset,
                         weight,
                         stride,
                         padding,
                         dilation,
                         groups,
                         deform_groups,
                         bias=False,
                         im2col_step=32):
    """Emit our operator.

    Args:
        ctx: context of the rewrite.
        g: graph.
        input: [N, C, H, W].
        offset: [N, 2 * deform_groups * kh * kw, oH, oW], y and x per tap.
        weight: [O, C / groups, kh, kw].
        stride, padding, dilation: one number, or those of height and width.
        groups: of the convolution.
        deform_groups: groups of channels with offsets of their own.
        bias: always False, mmcv has none.
        im2col_step: images per step of mmcv's kernel, which does not change the result.
    """
    height, width = _pair(padding)
    return g.op(
        'mmdeploy::MMCVDeformConv2d',
        input,
        offset,
        weight,
        stride_i=_pair(stride),
        # Four numbers, for what has been exported before.
        padding_i=[height, height, width, width],
        dilation_i=_pair(dilation),
        groups_i=groups,
        deform_groups_i=deform_groups)


@SYMBOLIC_REWRITER.register_symbolic(
    'mmcv.ops.deform_conv.DeformConv2dFunction', backend=Backend.OPENVINO.value)
def deform_conv_openvino(ctx,
                         g,
                         input,
                         offset,
                         weight,
                         stride,
                         padding,
                         dilation,
                         groups,
                         deform_groups,
                         bias=False,
                         im2col_step=32):
    """Emit OpenVINO's own operator, or ours where that lacks groups; arguments as in `deform_conv__default`."""
    assert not bias, 'DeformableConv2D of OpenVINO has no bias: use bias=False'
    if groups != 1:
        return deform_conv__default(ctx, g, input, offset, weight, stride, padding, dilation, groups, deform_groups)
    height, width = _pair(padding)
    return g.op(
        'org.openvinotoolkit::DeformableConv2D',
        input,
        offset,
        weight,
        strides_i=_pair(stride),
        pads_i=[height, width, height, width],
        dilations_i=_pair(dilation),
        groups_i=groups,
        deformable_groups_i=deform_groups,
        kernel_shape_i=_get_tensor_sizes(weight)[2:])


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.deform_conv2d', ir=IR.TORCHSCRIPT)
@FUNCTION_REWRITER.register_rewriter('mmcv.ops.deform_conv.deform_conv2d', ir=IR.TORCHSCRIPT)
def deform_conv2d__torchscript(ctx,
                               input,
                               offset,
                               weight,
                               stride=1,
                               padding=0,
                               dilation=1,
                               groups=1,
                               deform_groups=1,
                               bias=False,
                               im2col_step=32):
    """Call the modulated operator with a mask of ones, which is the same; arguments as in `deform_conv__default`.

    mmcv's kernel leaves no trace: the traced module would answer with whatever was in memory.
    """
    mask = offset.new_ones(offset.shape[0], offset.shape[1] // 2, *offset.shape[2:])
    return call_torchscript_operator(input, offset, mask, weight, None, stride, padding, dilation, groups,
                                     deform_groups)
