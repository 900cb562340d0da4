"""Operators and fusions of the converter: what ncnn computes against ONNX Runtime."""
import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.apis.onnx import export
from mmdeploy.backend.base.native import get_engine_version, import_native
from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase, load_config
from tests.models.architectures import ARCHITECTURES, build, make_images

import_codebase(Codebase.MMCLS)

pytestmark = pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')


class Call(nn.Module):
    """A function as a module."""

    def __init__(self, function, *modules):
        super().__init__()
        self.function = function
        self.inner = nn.ModuleList(modules)

    def forward(self, *inputs):
        return self.function(*inputs, *self.inner)


def _channel_shuffle(x):
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


def _layer_norm(x):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean)**2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + 1e-5)


class PackedAttention(nn.Module):
    """As mmcls has it."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x):
        n, t, c = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, 2, c // 2).permute(2, 0, 3, 1, 4)
        weights = (qkv[0] @ qkv[1].transpose(-2, -1) * 0.5).softmax(-1)
        return self.out((weights @ qkv[2]).transpose(1, 2).reshape(n, t, c))


def _attend_in_windows(x, module):
    return module(x.reshape(3, 4, 8)).reshape(1, 12, 8)


def _attention():
    """As PyTorch has it, with biases as of a trained one."""
    module = nn.MultiheadAttention(8, 2)
    nn.init.normal_(module.in_proj_bias)
    nn.init.normal_(module.out_proj.bias)
    return module


def _attend(x, module):
    x = x.transpose(0, 1)
    return module(x, x, x)[0].transpose(0, 1)


def _attend_to_others(x, module):
    x = x.transpose(0, 1)
    return module(x, x[:4] * 2, x[1:5])[0].transpose(0, 1)


IMAGE, ROWS = (1, 4, 9, 11), (1, 6, 8)
CASES = {
    'conv': (nn.Conv2d(4, 6, 3, stride=2, padding=1), IMAGE),
    'conv_dilated': (nn.Conv2d(4, 6, (3, 2), padding=(2, 1), dilation=2, bias=False), IMAGE),
    'conv_depthwise': (nn.Conv2d(4, 4, 3, groups=4), IMAGE),
    'conv_groups': (nn.Conv2d(4, 8, 3, groups=2, padding=1), IMAGE),
    'conv_of_batch': (Call(lambda x, m: m(x.reshape(2, 2, 9, 11)).reshape(1, 6, 9, 11), nn.Conv2d(2, 3, 1)), IMAGE),
    'conv1d': (nn.Conv1d(6, 5, 3, padding=1), ROWS),
    'conv_transpose': (nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), IMAGE),
    'conv_batch_norm': (nn.Sequential(nn.Conv2d(4, 6, 1), nn.BatchNorm2d(6), nn.ReLU()), IMAGE),
    'batch_norm': (nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4)), IMAGE),
    'instance_norm': (nn.InstanceNorm2d(4, affine=True), IMAGE),
    'group_norm': (nn.GroupNorm(2, 4), IMAGE),
    'layer_norm': (Call(_layer_norm), ROWS),
    'layer_norm_affine': (nn.LayerNorm(8), ROWS),
    'linear': (nn.Linear(8, 5), ROWS),
    'flatten_linear': (nn.Sequential(nn.Flatten(), nn.Linear(4 * 9 * 11, 5)), IMAGE),
    'matmul': (Call(lambda x: x @ x.transpose(1, 2)), ROWS),
    'max_pool': (nn.MaxPool2d(3, 2, 1), IMAGE),
    'max_pool_ceil': (nn.MaxPool2d(2, 2, ceil_mode=True), IMAGE),
    'avg_pool': (nn.AvgPool2d(3, 2, 1, count_include_pad=False), IMAGE),
    'global_pool': (Call(lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1)), IMAGE),
    'relu6': (nn.ReLU6(), IMAGE),
    'leaky_relu': (nn.LeakyReLU(0.1), IMAGE),
    'prelu': (nn.PReLU(4, 0.2), IMAGE),
    'elu': (nn.ELU(), IMAGE),
    'gelu': (nn.GELU(), ROWS),
    'sigmoid': (nn.Sigmoid(), IMAGE),
    'softplus': (nn.Softplus(), IMAGE),
    'swish': (nn.SiLU(), IMAGE),
    'hard_swish': (nn.Hardswish(), IMAGE),
    'hard_swish_parts': (Call(lambda x: x * F.relu6(x + 3) / 6), IMAGE),
    'hard_sigmoid': (nn.Hardsigmoid(), IMAGE),
    'softmax_channels': (nn.Softmax(1), IMAGE),
    'softmax_last': (nn.Softmax(-1), ROWS),
    'shuffle_channels': (Call(_channel_shuffle), IMAGE),
    'unfold': (Call(lambda x: F.unfold(x, 2, stride=2)), (1, 4, 6, 8)),
    'windows': (Call(_attend_in_windows, PackedAttention()), (1, 12, 8)),
    'pixel_shuffle': (nn.PixelShuffle(2), IMAGE),
    'add_self': (Call(lambda x: x + x.relu()), IMAGE),
    'scalar': (Call(lambda x: (x * 2 - 1) / 3 + x.abs().pow(2)), IMAGE),
    'scalar_first': (Call(lambda x: 1 - x.sigmoid()), IMAGE),
    'per_channel': (Call(lambda x: x * torch.arange(4.).view(1, 4, 1, 1)), IMAGE),
    'attention_gate': (Call(lambda x: x * F.adaptive_avg_pool2d(x, 1).sigmoid()), IMAGE),
    'unary': (Call(lambda x: x.abs().sqrt() + x.exp() + x.tanh() - x.neg().floor() + x.sin()), IMAGE),
    'normalize': (Call(lambda x: F.normalize(x, dim=1)), IMAGE),
    'mean': (Call(lambda x: x.mean((2, 3))), IMAGE),
    'sum_keep': (Call(lambda x: x.sum(1, keepdim=True)), IMAGE),
    'max_last': (Call(lambda x: x.amax(-1)), ROWS),
    'concat': (Call(lambda x: torch.cat([x, x.relu()], 1)), IMAGE),
    'concat_width': (Call(lambda x: torch.cat([x, -x], -1)), IMAGE),
    'chunk': (Call(lambda x: x.chunk(2, 1)[1] - x.chunk(2, 1)[0]), IMAGE),
    'slice': (Call(lambda x: x[:, 1:3, 2:, :-3]), IMAGE),
    'permute': (Call(lambda x: x.permute(0, 2, 3, 1)), IMAGE),
    'tokens': (Call(lambda x: x.flatten(2).transpose(1, 2)), IMAGE),
    'reshape': (Call(lambda x: x.reshape(1, 2, -1)), IMAGE),
    'squeeze': (Call(lambda x: x.mean(1, keepdim=True).squeeze(1).unsqueeze(1)), IMAGE),
    'pad': (nn.ZeroPad2d((1, 2, 3, 0)), IMAGE),
    'reflect_pad': (nn.ReflectionPad2d((1, 2, 2, 1)), IMAGE),
    'resize_nearest': (nn.Upsample(scale_factor=2), IMAGE),
    'resize_bilinear': (nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), IMAGE),
    # 9 and 11 have no half.
    'resize_by_factor': (Call(lambda x: F.interpolate(x, scale_factor=0.5, mode='bilinear')), IMAGE),
    'resize_to_size': (nn.Upsample(size=(18, 33), mode='bilinear', align_corners=True), IMAGE),
    'clip': (Call(lambda x: x.clamp(-0.3, 0.7)), IMAGE),
    'attention_packed': (PackedAttention(), ROWS),
    'attention': (Call(_attend, _attention()), ROWS),
    'attention_to_others': (Call(_attend_to_others, _attention()), ROWS),
    'lstm': (Call(lambda x, m: m(x)[0], nn.LSTM(8, 5, batch_first=True)), ROWS),
    'lstm_both': (Call(lambda x, m: m(x)[0], nn.LSTM(8, 5, batch_first=True, bidirectional=True)), ROWS),
    'gru': (Call(lambda x, m: m(x)[0], nn.GRU(8, 5, batch_first=True)), ROWS),
    'gru_both': (Call(lambda x, m: m(x)[0], nn.GRU(8, 5, batch_first=True, bidirectional=True)), ROWS),
    'rnn_both': (Call(lambda x, m: m(x)[0], nn.RNN(8, 5, batch_first=True, bidirectional=True)), ROWS),
    'lstm_sequence_first': (Call(lambda x, m: m(x.transpose(0, 1))[0].transpose(0, 1),
                                 nn.LSTM(8, 5, bidirectional=True)), ROWS),
    'rnn': (Call(lambda x, m: m(x)[0], nn.RNN(8, 5, batch_first=True)), ROWS),
}


@pytest.mark.parametrize('opset', [11, 16])
@pytest.mark.parametrize('name', CASES)
def test_same_as_onnxruntime(name, opset, tmp_path):
    module, shape = CASES[name]
    torch.manual_seed(0)
    x = torch.randn(shape)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
    path, prefix = str(tmp_path / 'm.onnx'), str(tmp_path / 'm')
    torch.onnx.export(module.eval(), x, path, opset_version=opset, input_names=['x'], output_names=['y'])
    expected = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider']).run(None, {'x': x.numpy()})[0]

    native = import_native()
    native.convert('ncnn', path, prefix)
    net = native.Net(tmp_path / 'm.param', 'ncnn', weights=tmp_path / 'm.bin')
    found = np.asarray(net({'x': x.numpy()})['y'])
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize('name, module, numbers, expected', [
    ('mish', nn.Mish(), [-1e30, -1e5, -90, 90, 1e30], [0, 0, 0, 90, 1e30]),
    ('clamp', Call(lambda x: x.clamp(max=2)), [-np.inf, -1, 3, np.inf, 0], [-np.inf, -1, 2, 2, 0]),
    ('floor', Call(lambda x: x.clamp(min=-2)), [-np.inf, -1, 3, np.inf, 0], [-2, -1, 3, np.inf, 0]),
    ('softsign', nn.Softsign(), [-1e30, -1, 0, 3, 1e30], [-1, -0.5, 0, 0.75, 1]),
])
def test_extreme_numbers(name, module, numbers, expected, tmp_path):
    """One layer each: vectors of ncnn and what is left behind them."""
    path, prefix = str(tmp_path / 'm.onnx'), str(tmp_path / 'm')
    x = torch.tensor([numbers * 3], dtype=torch.float32)
    torch.onnx.export(module.eval(), x, path, opset_version=16, input_names=['x'], output_names=['y'])
    native = import_native()
    native.convert('ncnn', path, prefix)
    found = np.asarray(native.Net(f'{prefix}.param', 'ncnn', weights=f'{prefix}.bin')({'x': x.numpy()})['y'])
    np.testing.assert_allclose(found[0], np.float32(expected * 3), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize('name', ARCHITECTURES)
def test_classifiers(name, tmp_path):
    """The documented classifiers, small: against PyTorch."""
    model = build(name, True)
    torch.manual_seed(1)
    x = make_images(1, 64)
    deploy_cfg = load_config('configs/mmcls/classification_ncnn_static.py')[0]
    export(model, x, str(tmp_path / 'm'), backend='ncnn', context_info=dict(deploy_cfg=deploy_cfg), input_names=['x'],
           output_names=['y'], optimize=True)
    with torch.no_grad():
        expected = model.simple_test(x, post_process=False).numpy()
    native = import_native()
    native.convert('ncnn', str(tmp_path / 'm.onnx'), str(tmp_path / 'm'))
    net = native.Net(tmp_path / 'm.param', 'ncnn', weights=tmp_path / 'm.bin')
    found = np.asarray(net({'x': x.numpy()})['y'])
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())
