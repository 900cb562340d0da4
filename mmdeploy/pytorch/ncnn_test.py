"""Rewrites for ncnn: what ncnn computes after them against PyTorch without them."""
import pytest
import torch
from mmcv.cnn.bricks.transformer import MultiheadAttention, PatchEmbed
from torch import nn
from torch.nn import functional as F

from mmdeploy.core import RewriterContext
from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker
from mmdeploy.utils.validate import TEST_NCNN

pytestmark = backend_checker(Backend.NCNN)


class Call(nn.Module):
    """A function as a module; modules that it uses follow the inputs."""

    def __init__(self, function, *modules):
        super().__init__()
        self.function = function
        self.inner = nn.ModuleList(modules)

    def forward(self, x):
        return self.function(x, *self.inner)


def _resize(size, mode):
    align = None if mode == 'nearest' else False
    return Call(lambda x: F.interpolate(x, size, mode=mode, align_corners=align))


def _set(x):
    x = x * 1
    x[:, 1:3] = x[:, :2] * 2
    return x


IMAGE, ROWS = (1, 4, 9, 11), (1, 6, 8)
CASES = {
    'linear': (nn.Linear(8, 5), ROWS),
    'linear_no_bias': (nn.Linear(8, 5, bias=False), ROWS),
    'linear_of_a_row': (nn.Linear(8, 5), (1, 8)),
    'linear_of_an_image': (nn.Linear(11, 5), IMAGE),
    'layer_norm': (nn.LayerNorm(8), ROWS),
    'layer_norm_of_two': (nn.LayerNorm((6, 8)), (1, 3, 6, 8)),
    'layer_norm_plain': (nn.LayerNorm(8, elementwise_affine=False), ROWS),
    'gelu': (nn.GELU(), ROWS),
    'gelu_tanh': (nn.GELU('tanh'), ROWS),
    'group_norm': (nn.GroupNorm(2, 4), IMAGE),
    'group_norm_of_rows': (nn.GroupNorm(2, 6), ROWS),
    'adaptive_pool': (nn.AdaptiveAvgPool2d((3, 2)), IMAGE),
    'adaptive_pool_to_one': (nn.AdaptiveAvgPool2d(1), IMAGE),
    'resize_nearest': (_resize((18, 22), 'nearest'), IMAGE),
    'resize_int': (_resize(7, 'bilinear'), IMAGE),
    'resize_odd': (_resize((13, 29), 'bilinear'), IMAGE),
    'resize_smaller': (_resize((3, 1), 'nearest'), (1, 2, 49, 93)),
    'chunk': (Call(lambda x: x.chunk(2, 1)[0] - x.chunk(2, 1)[1]), IMAGE),
    'chunk_last': (Call(lambda x: x.chunk(2, -1)[1] * 2), IMAGE),
    'expand': (Call(lambda x: x + x[:, :1].expand(1, 4, -1, -1)), IMAGE),
    'normalize': (Call(lambda x: F.normalize(x, dim=1)), IMAGE),
    'normalize_last': (Call(lambda x: F.normalize(x, dim=-1)), ROWS),
    'normalize_rows': (Call(lambda x: F.normalize(x, dim=2)), IMAGE),
    'shape': (Call(lambda x: x.reshape(x.shape[0], x.size(1) * 9, x.size()[3])), IMAGE),
    'lstm': (Call(lambda x, m: m(x)[0], nn.LSTM(8, 5, batch_first=True)), ROWS),
    'lstm_both': (Call(lambda x, m: m(x)[0], nn.LSTM(8, 5, batch_first=True, bidirectional=True)), ROWS),
    'attention': (MultiheadAttention(8, 2, batch_first=True), ROWS),
    'attention_of_places': (Call(lambda x, m: m(x, query_pos=x), MultiheadAttention(8, 2, batch_first=True)), ROWS),
    'patches': (Call(lambda x, m: m(x)[0], PatchEmbed(4, 6, kernel_size=3, stride=3, norm_cfg=dict(type='LN'))), IMAGE),
    'hardsigmoid': (nn.Hardsigmoid(), IMAGE),
    'squeeze': (Call(lambda x: x.mean(1, keepdim=True).squeeze(1) * 2), IMAGE),
    'roll': (Call(lambda x: torch.roll(x, 2, 3)), IMAGE),
    'setitem': (Call(_set), IMAGE),
}


@pytest.mark.parametrize('name', CASES)
def test_same_as_pytorch(name):
    model, shape = CASES[name]
    torch.manual_seed(0)
    x = torch.randn(shape)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)
    with torch.no_grad():
        expected = model.eval()(x)
    with RewriterContext({}, 'ncnn', opset=11):
        TEST_NCNN.run_and_validate(model, [x], expected_result=[expected])
