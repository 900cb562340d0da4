"""What `ncnn_convert` converts: models of torchvision, documented models of all codebases, single patterns."""
import importlib
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks import ncnn_patterns
from benchmarks.ncnn_subject import OPSET, Call, Subject, rewrites

# --------------------------------------------------------------------------------------------- models

_CLASSIFIERS = (
    'alexnet', 'convnext_tiny', 'densenet121', 'efficientnet_b0', 'efficientnet_v2_s', 'googlenet', 'inception_v3',
    'mnasnet0_5', 'mnasnet1_0', 'mobilenet_v2', 'mobilenet_v3_large', 'mobilenet_v3_small', 'regnet_x_400mf',
    'regnet_y_400mf', 'resnet18', 'resnet50', 'resnext50_32x4d', 'shufflenet_v2_x0_5', 'shufflenet_v2_x1_0',
    'squeezenet1_0', 'squeezenet1_1', 'swin_t', 'swin_v2_t', 'vgg11', 'vit_b_16', 'vit_b_32', 'wide_resnet50_2')


def _classifier(name: str) -> Callable[[], nn.Module]:

    def build() -> nn.Module:
        import torchvision
        options = {'init_weights': True} if name in ('googlenet', 'inception_v3') else {}
        return getattr(torchvision.models, name)(weights=None, **options)

    return build


def _segmentor(name: str) -> Callable[[], nn.Module]:

    def build() -> nn.Module:
        import torchvision
        model = getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None)
        return Call(lambda x, inner: inner(x)['out'], model)

    return build


def models() -> dict[str, Subject]:
    """Return the models of torchvision by name."""
    found = {name: Subject(_classifier(name), ((1, 3, 224, 224), )) for name in _CLASSIFIERS}
    found['inception_v3'] = Subject(_classifier('inception_v3'), ((1, 3, 299, 299), ))
    for name in ('fcn_resnet50', 'deeplabv3_mobilenet_v3_large', 'lraspp_mobilenet_v3_large'):
        found[name] = Subject(_segmentor(name), ((1, 3, 128, 128), ))
    for name in ('vit_b_16', 'vit_b_32'):  # attention as one operator, which PyTorch does not export
        found[name] = found[name]._replace(context=rewrites, traced_in_context=False)
    return found


def exports() -> dict[str, Subject]:
    """Return the documented models of all codebases, small, by name."""
    from tests.exports import models as documented

    # Once, before there is a process for each.
    for codebase in documented.BUILDERS:
        importlib.import_module(f'{codebase}.models')
    return {
        name: Subject(lambda n=name: documented.build(n), context=lambda n=name: documented.context(n, OPSET))
        for name in documented.MODELS}


# ------------------------------------------------------------------------------------------- patterns


class PackedAttention(nn.Module):
    """As timm has it."""

    def __init__(self, tokens: int, size: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(size, 3 * size), nn.Linear(size, size)

    def forward(self, x: Tensor) -> Tensor:
        n, t, c = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        attention = (q * (c // self.heads)**-0.5 @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((attention @ v).transpose(1, 2).reshape(n, t, c))


class SqueezeExcite(nn.Module):
    """As MobileNetV3 has it."""

    def __init__(self, channels: int):
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(channels, channels // 4, 1), nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        scale = F.adaptive_avg_pool2d(x, 1)
        return x * F.hardsigmoid(self.expand(F.relu(self.reduce(scale))))


class GlobalContext(nn.Module):
    """As GCNet has it."""

    def __init__(self, channels: int):
        super().__init__()
        self.mask = nn.Conv2d(channels, 1, 1)
        self.add = nn.Sequential(
            nn.Conv2d(channels, channels // 4, 1), nn.LayerNorm([channels // 4, 1, 1]), nn.ReLU(),
            nn.Conv2d(channels // 4, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        mask = self.mask(x).view(n, 1, h * w).softmax(2).unsqueeze(-1)
        context = x.view(n, 1, c, h * w) @ mask
        return x + self.add(context.view(n, c, 1, 1))


def _relations(x: Tensor) -> Tensor:
    return torch.einsum('bchw,bcij->bhwij', x, x * 0.5).flatten(1, 2).flatten(2)


def _assign(x: Tensor) -> Tensor:
    y = x.clone()
    y[:, 1:3, 2:-2] = 0.5
    return y


def _shuffle(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    a, b = x.chunk(2, 1)
    return torch.cat([a, b * 2], 1).view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


_IMAGE, _ROWS, _TOKENS = (1, 16, 24, 20), (1, 50, 64), (1, 197, 192)


def _activations() -> dict[str, Subject]:
    layers = {
        'relu': nn.ReLU(), 'relu6': nn.ReLU6(), 'leaky_relu': nn.LeakyReLU(0.1), 'sigmoid': nn.Sigmoid(),
        'tanh': nn.Tanh(), 'silu': nn.SiLU(), 'mish': nn.Mish(), 'hardswish': nn.Hardswish(),
        'hardsigmoid': nn.Hardsigmoid(), 'elu': nn.ELU(), 'gelu': nn.GELU(), 'prelu': nn.PReLU(16),
        'selu': nn.SELU(), 'softplus': nn.Softplus(), 'softshrink': nn.Softshrink(0.2),
        'hardshrink': nn.Hardshrink(0.2), 'clamp': Call(lambda x: x.clamp(-0.3, 0.6))}
    convolutions = {
        'conv': nn.Conv2d(16, 16, 3, padding=1), 'depthwise': nn.Conv2d(16, 16, 3, padding=1, groups=16),
        'deconv': nn.ConvTranspose2d(16, 16, 2, stride=2)}
    return {
        f'{name}_{kind}': Subject(lambda c=convolution, a=layer: nn.Sequential(c, a), (_IMAGE, ))
        for kind, layer in layers.items() for name, convolution in convolutions.items()}


def _norms() -> dict[str, Subject]:

    def group_norm(weight: bool, bias: bool) -> nn.Module:
        norm = nn.GroupNorm(4, 16)
        if weight:
            nn.init.uniform_(norm.weight, 0.5, 1)
        if bias:
            nn.init.constant_(norm.bias, 0.1)
        return norm

    found = {
        f'group_norm_{weight}_{bias}': Subject(lambda w=weight, b=bias: group_norm(w, b), (_IMAGE, ))
        for weight in (False, True) for bias in (False, True)}
    found['layer_norm'] = Subject(lambda: nn.LayerNorm(64), (_ROWS, ))
    found['instance_norm'] = Subject(lambda: nn.InstanceNorm2d(16, affine=True), (_IMAGE, ))
    found['batch_norm'] = Subject(lambda: nn.BatchNorm2d(16), (_IMAGE, ))
    found['normalize'] = Subject(lambda: Call(lambda x: F.normalize(x, dim=1)), (_IMAGE, ))
    return found


def _functions() -> dict[str, Subject]:
    weight = torch.linspace(-1, 1, 6 * 16).view(6, 16)
    mask = torch.arange(16 * 24 * 20).view(1, 16, 24, 20) % 3 == 0
    functions: dict[str, tuple[Callable, tuple]] = {
        'einsum_pointwise': (lambda x: torch.einsum('bchw,kc->bkhw', x, weight), (_IMAGE, )),
        'einsum_scores': (lambda x: torch.einsum('bhid,bhjd->bhij', x, x * 0.5), (_IMAGE, )),
        'einsum_rows': (lambda x: torch.einsum('bnd,bmd->bnm', x, x * 0.5), (_ROWS, )),
        'einsum_relations': (_relations, ((1, 4, 6, 5), )),
        'grid_sample': (lambda x, g: F.grid_sample(x, g, align_corners=False), (_IMAGE, (1, 9, 11, 2))),
        'flip': (lambda x: x.flip([2, 3]), (_IMAGE, )),
        'flip_channels': (lambda x: x.flip([1]), (_IMAGE, )),
        'cumsum': (lambda x: x.cumsum(2), (_IMAGE, )),
        'negative_pad': (lambda x: F.pad(x, (-1, -2, -1, 0)), (_IMAGE, )),
        'fmod': (lambda x: torch.fmod(x * 9 - 4, 2.5), (_IMAGE, )),
        'unfold': (lambda x: F.unfold(x, 3, padding=1), (_IMAGE, )),
        'where_constant': (lambda x: torch.where(mask, x, torch.tensor(0.25)), (_IMAGE, )),
        'slice_assignment': (_assign, (_IMAGE, )),
        'shuffle': (_shuffle, (_IMAGE, )),
        'chunk': (lambda x: x.chunk(2, 1)[0] * x.chunk(2, 1)[1], (_IMAGE, )),
        'matmul_transposed': (lambda x: x @ x.transpose(1, 2), (_ROWS, )),
        'mean': (lambda x: x.mean((2, 3)), (_IMAGE, )),
        'pixel_shuffle': (lambda x: F.pixel_shuffle(x, 2), (_IMAGE, )),
        'resize': (lambda x: F.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=False), (_IMAGE, )),
        'permute': (lambda x: x.permute(0, 2, 3, 1), (_IMAGE, )),
        'softmax': (lambda x: x.softmax(1), (_IMAGE, )),
        'log_softmax': (lambda x: x.log_softmax(1), (_IMAGE, )),
        'adaptive_pool': (lambda x: F.adaptive_avg_pool2d(x, (4, 5)), (_IMAGE, )),
    }
    return {name: Subject(lambda f=function: Call(f), shapes) for name, (function, shapes) in functions.items()}


def _blocks() -> dict[str, Subject]:
    mlp = lambda size: nn.Sequential(nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size))  # noqa: E731
    return {
        'attention': Subject(lambda: PackedAttention(197, 192, 3), (_TOKENS, )),
        'mlp_197': Subject(lambda: mlp(192), (_TOKENS, )),
        'mlp_image': Subject(lambda: mlp(64), ((1, 14, 14, 64), )),
        'squeeze_excite': Subject(lambda: SqueezeExcite(16), (_IMAGE, )),
        'global_context': Subject(lambda: GlobalContext(16), (_IMAGE, )),
        'pool_linear': Subject(
            lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)), (_IMAGE, )),
        'conv_transpose_3d': Subject(lambda: nn.ConvTranspose3d(4, 3, 3, 2, 1), ((1, 4, 5, 6, 7), )),
        'conv_3d': Subject(lambda: nn.Sequential(nn.Conv3d(4, 8, 3), nn.ReLU()), ((1, 4, 5, 6, 7), )),
        'conv_1d': Subject(lambda: nn.Sequential(nn.Conv1d(50, 8, 3), nn.ReLU()), (_ROWS, )),
        'lstm': Subject(lambda: Call(lambda x, m: m(x)[0], nn.LSTM(64, 32, batch_first=True)), (_ROWS, )),
        'gru': Subject(lambda: Call(lambda x, m: m(x)[0], nn.GRU(64, 32, batch_first=True)), (_ROWS, )),
        'multihead': Subject(
            lambda: Call(lambda x, m: m(x, x, x)[0], nn.MultiheadAttention(64, 4, batch_first=True)), (_ROWS, )),
    }


def patterns() -> dict[str, Subject]:
    """Return single patterns by name."""
    found = {**_blocks(), **_functions(), **_norms(), **_activations()}
    for family, make in ncnn_patterns.FAMILIES.items():
        found |= {f'{family}/{name}': subject for name, subject in make().items()}
    # PyTorch's own export is wrong, or there is none.
    for name in ('pad/pad_circular', 'pool/adaptive_uneven', 'binary/atan2', 'multihead', 'unary/expm1_of',
                 'unary/sinh_of', 'unary/cosh_of', 'unary/trunc_of', 'unary/frac_of', 'conv/conv_same',
                 'reshape/unflatten', 'attention/encoder_layer'):
        found[name] = found[name]._replace(context=rewrites, traced_in_context=False)
    return found


GROUPS: dict[str, Callable[[], dict[str, Subject]]] = {'models': models, 'exports': exports, 'patterns': patterns}
