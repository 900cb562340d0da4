"""Deformable convolution with a mask; the operator is in `mmdeploy/op/modulated_deform_conv`."""
from mmdeploy.op.modulated_deform_conv.symbolic import (
                                                        modulated_deform_conv2d__torchscript,
                                                        modulated_deform_conv_default,
)

__all__ = ['modulated_deform_conv2d__torchscript', 'modulated_deform_conv_default']
