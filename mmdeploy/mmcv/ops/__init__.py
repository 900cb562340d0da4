"""Rewrites of mmcv's operators."""
from . import forward  # noqa: F401
from .deform_conv import deform_conv_openvino
from .modulated_deform_conv import modulated_deform_conv_default
from .nms import *  # noqa: F401,F403
from .nms_match import *  # noqa: F401,F403
from .nms_rotated import *  # noqa: F401,F403
from .psa_mask import psa_mask__forward__default  # noqa: F401
from .roi_align import roi_align_default
from .roi_align_rotated import roi_align_rotated_default
from .transformer import patch_embed__forward__ncnn

__all__ = [
    'roi_align_default', 'modulated_deform_conv_default', 'deform_conv_openvino', 'roi_align_rotated_default',
    'patch_embed__forward__ncnn'
]
