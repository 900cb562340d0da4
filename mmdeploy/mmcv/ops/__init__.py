"""Rewrites of mmcv's operators and of the layers beside them.

This is the one place that knows mmcv without compiled operators (`mmcv` of PyPI instead of `mmcv-full`): there
`mmcv.ops` cannot be imported, so no model contains an operator of it, and there is nothing to rewrite.
"""
import importlib.util

from mmdeploy.utils import get_root_logger

from .transformer import patch_embed__forward__ncnn

__all__ = ['patch_embed__forward__ncnn']

if importlib.util.find_spec('mmcv._ext'):
    from . import forward  # noqa: F401
    from .cc_attention import neg_inf_diag__default  # noqa: F401
    from .deform_conv import deform_conv_openvino  # noqa: F401
    from .modulated_deform_conv import modulated_deform_conv_default  # noqa: F401
    from .nms import *  # noqa: F401,F403
    from .nms_match import *  # noqa: F401,F403
    from .nms_rotated import *  # noqa: F401,F403
    from .psa_mask import psa_mask__forward__default  # noqa: F401
    from .roi_align import roi_align_default  # noqa: F401
    from .roi_align_rotated import roi_align_rotated_default  # noqa: F401
    __all__ += ['roi_align_default', 'modulated_deform_conv_default', 'deform_conv_openvino',
                'roi_align_rotated_default']
else:
    get_root_logger().info('mmcv has no compiled operators (mmcv._ext): models that use mmcv.ops cannot be loaded, '
                           'and the rewrites of these operators are left out; mmcv-full has them')
