"""Export of deformable convolution with a mask."""
import mmcv
import pytest
import torch
from mmcv.ops import ModulatedDeformConv2d, ModulatedDeformConv2dPack

from mmdeploy.apis.torch_jit import trace
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils import Backend
from mmdeploy.utils.test import WrapModel, check_backend, get_rewrite_outputs
from mmdeploy.utils.validate import export_graph


@pytest.mark.parametrize('bias', [True, False])
@pytest.mark.parametrize('backend', ['onnxruntime', 'tensorrt', 'ncnn'])
def test_onnx(bias, backend):
    conv = ModulatedDeformConv2d(4, 6, 3, stride=(2, 1), padding=(1, 2), deform_groups=2, bias=bias)
    inputs = torch.rand(1, 4, 8, 9), torch.rand(1, 2 * 9 * 2, 4, 11), torch.rand(1, 9 * 2, 4, 11)
    node, attributes = find_node(export_graph(conv, inputs, backend), 'mmdeploy::MMCVModulatedDeformConv2d')
    assert len(node.input) == 4 + bias
    assert attributes == dict(stride=[2, 1], padding=[1, 2], dilation=[1, 1], groups=1, deform_groups=2)


@pytest.mark.parametrize('bias', [True, False])
def test_torchscript(bias):
    torch.manual_seed(0)
    conv = ModulatedDeformConv2dPack(4, 6, 3, stride=2, padding=1, bias=bias).eval()
    torch.nn.init.normal_(conv.conv_offset.weight, std=0.1)
    x = torch.rand(2, 4, 8, 9)
    module = trace(conv, (x, ), context_info=dict(deploy_cfg=dict(backend_config=dict(type='torchscript'))))
    kinds = [node.kind() for node in module.graph.nodes()]
    assert kinds.count('mmdeploy::modulated_deform_conv') == 1
    other = torch.rand(2, 4, 8, 9)
    torch.testing.assert_close(module(other), conv(other))


def test_torchscript_engine():
    check_backend(Backend.TORCHSCRIPT)
    torch.manual_seed(0)
    conv = ModulatedDeformConv2dPack(4, 6, 3, padding=1).eval()
    torch.nn.init.normal_(conv.conv_offset.weight, std=0.1)
    x = torch.rand(2, 4, 8, 9)
    deploy_cfg = mmcv.Config(
        dict(
            backend_config=dict(type='torchscript'),
            ir_config=dict(type='torchscript', input_names=['x'], output_names=['y'])))
    outputs, is_backend_output = get_rewrite_outputs(WrapModel(conv, 'forward'), dict(x=x), deploy_cfg)
    assert is_backend_output
    torch.testing.assert_close(outputs[0], conv(x).detach(), rtol=1e-4, atol=1e-5)
