"""What mmcv's Functions compute while a model is exported."""
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced


@FUNCTION_REWRITER.register_rewriter('mmcv.ops.roi_align.RoIAlignFunction.forward')
@FUNCTION_REWRITER.register_rewriter('mmcv.ops.roi_align_rotated.RoIAlignRotatedFunction.forward')
@FUNCTION_REWRITER.register_rewriter('mmcv.ops.nms.NMSop.forward')
@FUNCTION_REWRITER.register_rewriter('mmcv.ops.modulated_deform_conv.ModulatedDeformConv2dFunction.forward')
def forward__untraced(ctx, *args):
    """Compute, but leave the symbolic to say what is exported."""
    return untraced(ctx.origin_func, *args)
