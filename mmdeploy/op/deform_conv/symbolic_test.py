"""Export of deformable convolution."""
import pytest
import torch
from mmcv.ops import DeformConv2d, DeformConv2dPack, deform_conv2d

from mmdeploy.apis.torch_jit import trace
from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import find_node, op_types
from mmdeploy.utils import Backend
from mmdeploy.utils.test import WrapFunction, backend_checker
from mmdeploy.utils.validate import TEST_OPENVINO, export_graph


def _inputs(padding, stride=1):
    out = [(size + 2 * pad - 3) // stride + 1 for size, pad in zip((8, 9), padding, strict=True)]
    return torch.rand(1, 4, 8, 9), torch.rand(1, 2 * 9 * 2, *out)


def test_default():
    x, offset = _inputs((1, 2), 2)
    model = export_graph(DeformConv2d(4, 6, 3, stride=2, padding=(1, 2), groups=2, deform_groups=2), (x, offset))
    node, attributes = find_node(model, 'mmdeploy::MMCVDeformConv2d')
    assert len(node.input) == 3
    assert attributes == dict(stride=[2, 2], padding=[1, 1, 2, 2], dilation=[1, 1], groups=2, deform_groups=2)


def test_openvino():
    x, offset = _inputs((1, 2))
    weight = torch.rand(6, 4, 3, 3)
    model = export_graph(lambda x, offset: deform_conv2d(x, offset, weight, 1, (1, 2), 1, 1, 2), (x, offset),
                         'openvino')
    assert op_types(model)[1] == 'org.openvinotoolkit::DeformableConv2D'
    node, attributes = find_node(model, 'org.openvinotoolkit::DeformableConv2D')
    assert len(node.input) == 3
    assert attributes == dict(
        strides=[1, 1], pads=[1, 2, 1, 2], dilations=[1, 1], groups=1, deformable_groups=2, kernel_shape=[3, 3])


@backend_checker(Backend.OPENVINO)
@pytest.mark.parametrize('padding', [(1, 2), (0, 1)])
def test_openvino_computes_the_same(padding):
    """Also where taps lie partly outside of the image."""
    torch.manual_seed(0)
    x, offset = _inputs(padding)
    weight = torch.randn(6, 4, 3, 3)
    model = WrapFunction(lambda x, offset: deform_conv2d(x, offset, weight, 1, padding, 1, 1, 2))
    inputs = [x, offset * 4 - 2]
    expected = model(*inputs)
    with RewriterContext({}, 'openvino', opset=11):
        TEST_OPENVINO.run_and_validate(model, inputs, expected_result=[expected])


@backend_checker(Backend.OPENVINO)
def test_openvino_has_no_groups():
    """Ours does it there."""
    torch.manual_seed(0)
    conv = DeformConv2d(4, 6, 3, padding=1, groups=2, deform_groups=2).eval().requires_grad_(False)
    x, offset = _inputs((1, 1))
    model = export_graph(conv, (x, offset), 'openvino')
    assert 'mmdeploy::MMCVDeformConv2d' in op_types(model)
    wrapped = WrapFunction(lambda x, offset: conv(x, offset))
    with RewriterContext({}, 'openvino', opset=11):
        TEST_OPENVINO.run_and_validate(wrapped, [x, offset], expected_result=[conv(x, offset)])


def test_torchscript():
    torch.manual_seed(0)
    conv = DeformConv2dPack(4, 6, 3, stride=2, padding=1, deform_groups=2).eval()
    torch.nn.init.normal_(conv.conv_offset.weight, std=0.1)
    module = trace(conv, (torch.rand(2, 4, 8, 9), ),
                   context_info=dict(deploy_cfg=dict(backend_config=dict(type='torchscript'))))
    x = torch.rand(2, 4, 8, 9)
    torch.testing.assert_close(module(x), conv(x))
