"""Deformable convolution; the operator is in `mmdeploy/op/deform_conv`."""
from mmdeploy.op.deform_conv.symbolic import deform_conv2d__torchscript, deform_conv__default, deform_conv_openvino

__all__ = ['deform_conv2d__torchscript', 'deform_conv__default', 'deform_conv_openvino']
