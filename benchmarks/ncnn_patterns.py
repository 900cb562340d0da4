"""Single patterns of PyTorch by family, beside the first ones of `ncnn_models`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.ncnn_subject import Call, Subject

IMAGE, ROWS, SIGNAL, VOLUME = (1, 16, 24, 20), (1, 50, 64), (1, 16, 40), (1, 4, 6, 8, 10)
Shape = tuple[int, ...]


def _of(functions: dict[str, Callable], *shapes: Shape, least: float = 0) -> dict[str, Subject]:
    return {name: Subject(lambda f=function: Call(f), shapes, least) for name, function in functions.items()}


def _with(modules: dict[str, Callable[[], nn.Module]], *shapes: Shape) -> dict[str, Subject]:
    return {name: Subject(module, shapes) for name, module in modules.items()}


# ------------------------------------------------------------------------------------------- of one number


def activations() -> dict[str, Subject]:
    """Return activations as models spell them."""
    return _of(
        {
            'softsign': F.softsign,
            'tanhshrink': F.tanhshrink,
            'celu': lambda x: F.celu(x, 0.7),
            'threshold': lambda x: F.threshold(x, 0.4, 0.1),
            'logsigmoid': F.logsigmoid,
            'glu': lambda x: F.glu(x, 1),
            'glu_last': lambda x: F.glu(x, -1),
            'hardtanh': lambda x: F.hardtanh(x, -0.4, 0.6),
            'rrelu': lambda x: F.rrelu(x),
            'relu_squared': lambda x: F.relu(x).square(),
            'quick_gelu': lambda x: x * torch.sigmoid(1.702 * x),
            'gelu_tanh': lambda x: F.gelu(x, approximate='tanh'),
            'swish_parts': lambda x: x * x.sigmoid(),
            'mish_parts': lambda x: x * torch.tanh(F.softplus(x)),
            'hardswish_parts': lambda x: x * F.relu6(x + 3) / 6,
            'gelu_parts': lambda x: 0.5 * x * (1 + torch.erf(x / 2**0.5)),
            'clamp_min': lambda x: x.clamp(min=0.3),
            'clamp_max': lambda x: x.clamp(max=0.3),
            'softmin': lambda x: F.softmin(x, 1),
            'softmax_last': lambda x: x.softmax(-1),
            'softmax_rows': lambda x: x.softmax(2),
        },
        IMAGE,
        least=-2,
    )


def unary() -> dict[str, Subject]:
    """Return functions of one number."""
    names = (
        'abs',
        'sqrt',
        'rsqrt',
        'exp',
        'log',
        'log2',
        'log10',
        'log1p',
        'expm1',
        'sin',
        'cos',
        'tan',
        'asin',
        'acos',
        'atan',
        'sinh',
        'cosh',
        'floor',
        'ceil',
        'round',
        'trunc',
        'sign',
        'reciprocal',
        'square',
        'erf',
        'neg',
        'frac',
    )
    found = _of({f'{name}_of': lambda x, n=name: getattr(torch, n)(x * 0.9 + 0.05) for name in names}, IMAGE)
    return found | _of({'cube': lambda x: x**3, 'power_half': lambda x: x**0.5, 'power_real': lambda x: x**1.7}, IMAGE)


# ------------------------------------------------------------------------------------------- layers


class _ChannelNorm(nn.Module):
    """LayerNorm over the channels of an image, as ConvNeXt has it."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _standardize(x: Tensor) -> Tensor:
    return (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), keepdim=True) + 1e-5)


def norms() -> dict[str, Subject]:
    """Return norms."""
    return {
        **_with(
            {
                'instance_norm_plain': lambda: nn.InstanceNorm2d(16),
                'layer_norm_channels': lambda: _ChannelNorm(16),
                'layer_norm_image': lambda: nn.LayerNorm([16, 24, 20]),
                'group_norm_one': lambda: nn.GroupNorm(1, 16),
                'local_response_norm': lambda: nn.LocalResponseNorm(5),
            },
            IMAGE,
        ),
        **_with(
            {
                'layer_norm_plain': lambda: nn.LayerNorm(64, elementwise_affine=False),
                'layer_norm_rows': lambda: nn.LayerNorm([50, 64]),
            },
            ROWS,
        ),
        **_with(
            {
                'batch_norm_1d': lambda: nn.BatchNorm1d(16),
                'instance_norm_1d': lambda: nn.InstanceNorm1d(16, affine=True),
                'group_norm_1d': lambda: nn.GroupNorm(4, 16),
            },
            SIGNAL,
        ),
        **_with({'batch_norm_3d': lambda: nn.BatchNorm3d(4), 'group_norm_3d': lambda: nn.GroupNorm(2, 4)}, VOLUME),
        **_of(
            {
                'normalize_last': lambda x: F.normalize(x, dim=-1),
                'standardize': _standardize,
                'rms_norm': lambda x: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6),
                'l1_normalize': lambda x: x / x.abs().sum(1, keepdim=True),
            },
            IMAGE,
        ),
    }


def pools() -> dict[str, Subject]:
    """Return poolings."""
    return {
        **_with(
            {
                'max_pool': lambda: nn.MaxPool2d(3, 2, 1),
                'max_pool_ceil': lambda: nn.MaxPool2d(3, 2, ceil_mode=True),
                'avg_pool': lambda: nn.AvgPool2d(2),
                'avg_pool_pad': lambda: nn.AvgPool2d(3, 2, 1),
                'avg_pool_inner': lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False),
                'avg_pool_ceil': lambda: nn.AvgPool2d(3, 2, ceil_mode=True, count_include_pad=False),
                'avg_pool_oblong': lambda: nn.AvgPool2d((3, 2), (2, 1)),
                'global_max': lambda: nn.AdaptiveMaxPool2d(1),
                'global_avg': lambda: nn.AdaptiveAvgPool2d(1),
                'adaptive_max': lambda: nn.AdaptiveMaxPool2d((4, 5)),
                'adaptive_uneven': lambda: nn.AdaptiveAvgPool2d((5, 7)),
                'adaptive_rows': lambda: nn.AdaptiveAvgPool2d((1, 4)),
                'lp_pool': lambda: nn.LPPool2d(2, 2),
            },
            IMAGE,
        ),
        **_with(
            {
                'max_pool_1d': lambda: nn.MaxPool1d(3, 2),
                'avg_pool_1d': lambda: nn.AvgPool1d(2),
                'adaptive_1d': lambda: nn.AdaptiveAvgPool1d(5),
                'global_1d': lambda: nn.AdaptiveAvgPool1d(1),
            },
            SIGNAL,
        ),
        **_with(
            {
                'max_pool_3d': lambda: nn.MaxPool3d(2),
                'avg_pool_3d': lambda: nn.AvgPool3d(2),
                'global_3d': lambda: nn.AdaptiveAvgPool3d(1),
            },
            VOLUME,
        ),
    }


def convolutions() -> dict[str, Subject]:
    """Return convolutions and what stands around them."""
    image = {
        'conv_stride': lambda: nn.Conv2d(16, 24, 3, 2, 1),
        'conv_dilated': lambda: nn.Conv2d(16, 16, 3, 1, 2, 2),
        'conv_grouped': lambda: nn.Conv2d(16, 32, 3, 1, 1, groups=4),
        'conv_pointwise': lambda: nn.Conv2d(16, 32, 1),
        'conv_no_bias': lambda: nn.Conv2d(16, 16, 3, bias=False),
        'conv_oblong': lambda: nn.Conv2d(16, 16, (1, 7), 1, (0, 3)),
        'conv_large': lambda: nn.Conv2d(16, 16, 7, 4, 3),
        'conv_same': lambda: nn.Conv2d(16, 16, 4, padding='same'),
        'conv_reflect': lambda: nn.Conv2d(16, 16, 3, padding=1, padding_mode='reflect'),
        'depthwise_5': lambda: nn.Conv2d(16, 16, 5, 1, 2, groups=16),
        'depthwise_multiplied': lambda: nn.Conv2d(16, 32, 3, 1, 1, groups=16),
        'depthwise_dilated': lambda: nn.Conv2d(16, 16, 3, 1, 3, 3, groups=16),
        'separable': lambda: nn.Sequential(
            nn.Conv2d(16, 16, 3, 1, 1, groups=16), nn.BatchNorm2d(16), nn.Conv2d(16, 32, 1)
        ),
        'deconv_padded': lambda: nn.ConvTranspose2d(16, 8, 3, 2, 1, 1),
        'deconv_4': lambda: nn.ConvTranspose2d(16, 8, 4, 2, 1),
        'deconv_grouped': lambda: nn.ConvTranspose2d(16, 16, 4, 2, 1, groups=4),
        'deconv_depthwise': lambda: nn.ConvTranspose2d(16, 16, 4, 2, 1, groups=16),
        'deconv_dilated': lambda: nn.ConvTranspose2d(16, 8, 3, 1, 0, dilation=2),
        'conv_bn_relu': lambda: nn.Sequential(nn.Conv2d(16, 16, 3, 1, 1), nn.BatchNorm2d(16), nn.ReLU()),
        'bn_relu_conv': lambda: nn.Sequential(nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 16, 3, 1, 1)),
        'conv_scaled': lambda: Call(lambda x, c: c(x) * 0.5 + 1, nn.Conv2d(16, 16, 3)),
        'conv_residual': lambda: Call(lambda x, c: F.relu(c(x) + x), nn.Conv2d(16, 16, 3, 1, 1)),
    }
    signal = {
        'conv_1d_dilated': lambda: nn.Conv1d(16, 16, 3, 1, 2, 2),
        'conv_1d_grouped': lambda: nn.Conv1d(16, 16, 3, groups=4),
        'depthwise_1d': lambda: nn.Conv1d(16, 16, 5, 1, 2, groups=16),
        'conv_1d_stride': lambda: nn.Conv1d(16, 8, 4, 2, 1),
        'deconv_1d': lambda: nn.ConvTranspose1d(16, 8, 4, 2, 1),
        'conv_1d_pointwise': lambda: nn.Conv1d(16, 32, 1),
    }
    volume = {
        'conv_3d_stride': lambda: nn.Conv3d(4, 8, 3, 2, 1),
        'conv_3d_oblong': lambda: nn.Conv3d(4, 8, (1, 3, 3), 1, (0, 1, 1)),
        'depthwise_3d': lambda: nn.Conv3d(4, 4, 3, 1, 1, groups=4),
        'deconv_3d': lambda: nn.ConvTranspose3d(4, 4, 2, 2),
    }
    return _with(image, IMAGE) | _with(signal, SIGNAL) | _with(volume, VOLUME)


def recurrent() -> dict[str, Subject]:
    """Return recurrent layers."""

    def call(kind: type, take: Callable = lambda x, m: m(x)[0], **options: bool | int | str) -> Callable[[], nn.Module]:
        return lambda: Call(take, kind(64, 32, **options))

    first = lambda x, m: m(x.transpose(0, 1))[0].transpose(0, 1)  # noqa: E731
    states = lambda x, m: m(x, (torch.zeros(1, 1, 32), torch.zeros(1, 1, 32)))[0]  # noqa: E731
    last = lambda x, m: m(x)[0][:, -1]  # noqa: E731
    return _with(
        {
            'lstm_both': call(nn.LSTM, batch_first=True, bidirectional=True),
            'lstm_two': call(nn.LSTM, batch_first=True, num_layers=2),
            'lstm_sequence_first': call(nn.LSTM, first),
            'lstm_states': call(nn.LSTM, states, batch_first=True),
            'lstm_last': call(nn.LSTM, last, batch_first=True),
            'gru_both': call(nn.GRU, batch_first=True, bidirectional=True),
            'gru_two': call(nn.GRU, batch_first=True, num_layers=2),
            'rnn': call(nn.RNN, batch_first=True),
            'rnn_both': call(nn.RNN, batch_first=True, bidirectional=True),
        },
        ROWS,
    )


# ------------------------------------------------------------------------------------------- of several


def binary() -> dict[str, Subject]:
    """Return functions of two, with broadcasting."""
    channel, column, row = (
        torch.linspace(0.5, 2, 16).view(16, 1, 1),
        torch.linspace(1, 2, 24).view(24, 1),
        torch.linspace(1, 3, 20),
    )
    whole = torch.linspace(0.5, 1.5, 16 * 24 * 20).view(1, 16, 24, 20)
    one = _of(
        {
            'add_channel': lambda x: x + channel,
            'mul_channel': lambda x: x * channel,
            'sub_from_channel': lambda x: channel - x,
            'div_by_row': lambda x: x / row,
            'add_column': lambda x: x + column,
            'mul_whole': lambda x: x * whole,
            'scalar_first': lambda x: 1 - x,
            'scalar_div': lambda x: 2 / (x + 1),
            'affine': lambda x: x * 2 - 1,
            'affine_channels': lambda x: (x - channel) / (channel * 2),
            'remainder': lambda x: torch.remainder(x * 7 - 3, 2),
            'floor_divide': lambda x: torch.div(x * 9 - 4, 2.5, rounding_mode='floor'),
            'atan2': lambda x: torch.atan2(x, x.flip(3)),
            'greater_than': lambda x: (x > 0.5).float() * x,
            'logical': lambda x: ((x > 0.2) & (x < 0.8)).float() + x,
        },
        IMAGE,
    )
    two = _of(
        {
            'add_two': lambda x, y: x + y,
            'maximum': torch.maximum,
            'minimum': torch.minimum,
            'power': lambda x, y: (x + 0.1) ** y,
            'lerp': lambda x, y: torch.lerp(x, y, 0.3),
            'addcmul': lambda x, y: torch.addcmul(x, x, y, value=0.5),
            'where_two': lambda x, y: torch.where(x > y, x, y * 2),
        },
        IMAGE,
        IMAGE,
    )
    return (
        one
        | two
        | _of({'add_spatial': lambda x, y: x + y, 'mul_spatial': lambda x, y: x * y}, IMAGE, (1, 1, 24, 20))
        | _of({'mul_gate': lambda x, y: x * y.sigmoid()}, IMAGE, (1, 16, 1, 1))
        | _of(
            {'matmul_two': lambda x, y: x @ y, 'outer': lambda x, y: x.transpose(1, 2) @ y.transpose(1, 2)},
            ROWS,
            (1, 64, 50),
        )
    )


def reductions() -> dict[str, Subject]:
    """Return reductions."""
    return _of(
        {
            'sum_channels': lambda x: x.sum(1),
            'sum_keep': lambda x: x.sum(1, keepdim=True),
            'sum_all': lambda x: x.sum((1, 2, 3)),
            'mean_keep': lambda x: x.mean((2, 3), keepdim=True),
            'mean_last': lambda x: x.mean(-1),
            'mean_rows': lambda x: x.mean(2),
            'amax_space': lambda x: x.amax((2, 3)),
            'amin_channels': lambda x: x.amin(1),
            'max_values': lambda x: x.max(1)[0],
            'min_values': lambda x: x.min(-1)[0],
            'prod_channels': lambda x: x.prod(1),
            'norm_2': lambda x: x.norm(dim=1),
            'norm_1': lambda x: x.norm(p=1, dim=1, keepdim=True),
            'variance': lambda x: x.var((2, 3)),
            'deviation': lambda x: x.std(1),
            'log_sum_exp': lambda x: x.logsumexp(1),
            'argmax': lambda x: x.argmax(1).float(),
            'argmin_keep': lambda x: x.argmin(1, keepdim=True).float(),
            'max_and_mean': lambda x: torch.cat([x.max(1, True)[0], x.mean(1, True)], 1),
        },
        IMAGE,
    )


# ------------------------------------------------------------------------------------------- places


def _windows(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    return x.view(n, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, c).mean(1).reshape(n, -1)


def _focus(x: Tensor) -> Tensor:
    return torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)


def shapes() -> dict[str, Subject]:
    """Return other shapes for the same numbers."""
    image = {
        'view_merge': lambda x: x.view(1, 16, -1),
        'view_split': lambda x: x.view(1, 4, 4, 24, 20).sum(2),
        'flatten_all': lambda x: x.flatten(1),
        'flatten_last': lambda x: x.flatten(2),
        'unsqueeze': lambda x: x.unsqueeze(2).mean(1),
        'squeeze': lambda x: x.mean(1, True).squeeze(1),
        'expand': lambda x: x.mean(1, True).expand(1, 8, 24, 20),
        'repeat': lambda x: x.repeat(1, 2, 1, 3),
        'tile_rows': lambda x: x.repeat(1, 1, 2, 1),
        'unflatten': lambda x: x.unflatten(1, (2, 8)).mean(2),
        'transpose_space': lambda x: x.transpose(2, 3),
        'transpose_channels': lambda x: x.transpose(1, 3),
        'tokens': lambda x: x.flatten(2).transpose(1, 2),
        'tokens_and_back': lambda x: x.flatten(2).transpose(1, 2).relu().transpose(1, 2).view(1, 16, 24, 20),
        'stack': lambda x: torch.stack([x[:, 0], x[:, 3]], 1),
        'stack_last': lambda x: torch.stack([x.mean(1), x.amax(1)], -1),
        'unbind': lambda x: x.unbind(1)[0] + x.unbind(1)[5],
        'roll': lambda x: x.roll((2, -3), (2, 3)),
        'windows': _windows,
        'focus': _focus,
        'pixel_unshuffle': lambda x: F.pixel_unshuffle(x, 2),
        'concat_channels': lambda x: torch.cat([x, x.relu() * 2], 1),
        'concat_width': lambda x: torch.cat([x, x.flip(3)], 3),
        'channel_shuffle': lambda x: x.view(1, 4, 4, 24, 20).transpose(1, 2).reshape(1, 16, 24, 20),
    }
    rows = {
        'rows_to_map': lambda x: x[:, 1:].transpose(1, 2).reshape(1, 64, 7, 7),
        'class_token': lambda x: x[:, 0],
        'prepend_token': lambda x: torch.cat([x.mean(1, True), x], 1),
        'heads': lambda x: x.view(1, 50, 4, 16).transpose(1, 2),
        'heads_and_back': lambda x: x.view(1, 50, 4, 16).transpose(1, 2).softmax(-1).transpose(1, 2).reshape(1, 50, 64),
    }
    return _of(image, IMAGE) | _of(rows, ROWS)


def parts() -> dict[str, Subject]:
    """Return parts, and single elements."""
    index = torch.tensor([3, 0, 7, 7])
    places = torch.arange(16).flip(0).view(1, 16, 1, 1).expand(1, 16, 24, 20)
    mask = torch.arange(24 * 20).view(24, 20) % 2 == 0
    return _of(
        {
            'slice_channels': lambda x: x[:, 2:9],
            'slice_space': lambda x: x[:, :, 1:-2, 3:],
            'slice_step': lambda x: x[:, :, ::2],
            'slice_negative': lambda x: x[..., -5:],
            'select_channel': lambda x: x[:, 3],
            'select_last': lambda x: x[..., -1],
            'index_select': lambda x: x.index_select(1, index),
            'index_list': lambda x: x[:, [0, 5, 2]],
            'gather_places': lambda x: x.gather(1, places),
            'split_uneven': lambda x: torch.cat([y * (i + 1) for i, y in enumerate(x.split([3, 5, 8], 1))], 1),
            'chunk_four': lambda x: torch.cat(x.chunk(4, 1)[::-1], 1),
            'masked_fill': lambda x: x.masked_fill(mask, -1.0),
            'threshold_fill': lambda x: x.masked_fill(x < 0.5, 0),
            'top_k': lambda x: x.topk(3, 1)[0],
            'triangle': lambda x: x.tril(),
            'clone_and_set': _set,
            'narrow': lambda x: x.narrow(2, 4, 10),
        },
        IMAGE,
    )


def _set(x: Tensor) -> Tensor:
    y = x.clone()
    y[:, 0] = 0
    return y


def pads() -> dict[str, Subject]:
    """Return paddings."""
    return (
        _of(
            {
                'pad_zero': lambda x: F.pad(x, (1, 2, 3, 4)),
                'pad_value': lambda x: F.pad(x, (1, 1, 2, 2), value=0.7),
                'pad_reflect': lambda x: F.pad(x, (3, 2, 1, 4), 'reflect'),
                'pad_replicate': lambda x: F.pad(x, (2, 1, 1, 3), 'replicate'),
                'pad_circular': lambda x: F.pad(x, (2, 1, 1, 3), 'circular'),
                'pad_channels': lambda x: F.pad(x, (0, 0, 0, 0, 2, 3)),
                'pad_width': lambda x: F.pad(x, (2, 3)),
                'pad_and_conv': lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1),
            },
            IMAGE,
        )
        | _of({'pad_reflect_1d': lambda x: F.pad(x, (3, 2), 'reflect'), 'pad_1d': lambda x: F.pad(x, (1, 2))}, SIGNAL)
        | _of({'pad_3d': lambda x: F.pad(x, (1, 1, 2, 0, 1, 1))}, VOLUME)
    )


def resizes() -> dict[str, Subject]:
    """Return resizes."""

    def to(**options: object) -> Callable:
        return lambda x: F.interpolate(x, **options)

    return (
        _of(
            {
                'nearest': to(scale_factor=2),
                'nearest_size': to(size=(48, 60)),
                'nearest_down': to(scale_factor=0.5),
                'bilinear_size': to(size=(37, 41), mode='bilinear'),
                'bilinear_corners': to(size=(48, 40), mode='bilinear', align_corners=True),
                'bilinear_corners_factor': to(scale_factor=2, mode='bilinear', align_corners=True),
                'bilinear_down': to(scale_factor=0.5, mode='bilinear'),
                'bicubic': to(scale_factor=2, mode='bicubic'),
                'bicubic_corners': to(size=(48, 40), mode='bicubic', align_corners=True),
                'bilinear_part': to(scale_factor=1.5, mode='bilinear'),
            },
            IMAGE,
        )
        | _of({'linear_1d': to(scale_factor=2, mode='linear'), 'nearest_1d': to(scale_factor=2)}, SIGNAL)
        | _of({'nearest_3d': to(scale_factor=2)}, VOLUME)
        | _of({'resize_as': lambda x, y: F.interpolate(x, y.shape[2:], mode='bilinear') + y}, (1, 16, 12, 10), IMAGE)
    )


# ------------------------------------------------------------------------------------------- attention


class Attention(nn.Module):
    """Query, key and value by layers of their own."""

    def __init__(self, size: int = 64, heads: int = 4, bias: bool = False, scale: float | None = None):
        super().__init__()
        self.heads, self.scale = heads, scale if scale is not None else (size // heads) ** -0.5
        self.query, self.key, self.value, self.out = (nn.Linear(size, size) for _ in range(4))
        self.bias = nn.Parameter(torch.randn(heads, 50, 50)) if bias else None

    def forward(self, x: Tensor, other: Tensor | None = None) -> Tensor:
        other = x if other is None else other
        q, k, v = (
            part(y).view(1, y.shape[1], self.heads, -1).transpose(1, 2)
            for part, y in ((self.query, x), (self.key, other), (self.value, other))
        )
        scores = q @ k.transpose(-2, -1) * self.scale
        scores = scores + self.bias if self.bias is not None else scores
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class NonLocal(nn.Module):
    """As the non-local network has it."""

    def __init__(self, channels: int):
        super().__init__()
        self.theta, self.phi, self.g = (nn.Conv2d(channels, channels // 2, 1) for _ in range(3))
        self.out = nn.Conv2d(channels // 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        weights = (self.theta(x).flatten(2).transpose(1, 2) @ self.phi(x).flatten(2)).softmax(-1)
        y = weights @ self.g(x).flatten(2).transpose(1, 2)
        return x + self.out(y.transpose(1, 2).reshape(n, c // 2, h, w))


def _channel_attention(x: Tensor) -> Tensor:
    rows = x.flatten(2)
    weights = (rows @ rows.transpose(1, 2)).softmax(-1)
    return (weights @ rows).view_as(x) + x


def _linear_attention(x: Tensor) -> Tensor:
    q, k = x.softmax(-1), x.softmax(1)
    return q @ (k.transpose(1, 2) @ x)


def _mask(x: Tensor, module: nn.Module) -> Tensor:
    return module(x, x, x, attn_mask=torch.full((50, 50), float('-inf')).triu(1))[0]


def attentions() -> dict[str, Subject]:
    """Return attention, as models spell it, and einsum."""
    size = (1, 8, 10, 12)
    return {
        **_with(
            {
                'attention_apart': Attention,
                'attention_bias': lambda: Attention(bias=True),
                'attention_unscaled': lambda: Attention(scale=1.0),
                'attention_one_head': lambda: Attention(heads=1),
                'multihead_mask': lambda: Call(_mask, nn.MultiheadAttention(64, 4, batch_first=True)),
                'encoder_layer': lambda: nn.TransformerEncoderLayer(64, 4, 128, batch_first=True, norm_first=True),
            },
            ROWS,
        ),
        **_with({'attention_cross': Attention}, ROWS, (1, 30, 64)),
        **_with({'non_local': lambda: NonLocal(8)}, size),
        **_of({'channel_attention': _channel_attention}, size),
        **_of({'linear_attention': _linear_attention}, ROWS),
        **_of(
            {
                'einsum_transpose': lambda x: torch.einsum('bij->bji', x),
                'einsum_sum': lambda x: torch.einsum('bij->bi', x),
                'einsum_product': lambda x: torch.einsum('bij,bij->bi', x, x * 0.5),
                'einsum_matmul': lambda x: torch.einsum('bij,jk->bik', x, torch.linspace(-1, 1, 640).view(64, 10)),
            },
            ROWS,
        ),
    }


# ------------------------------------------------------------------------------------------- blocks


def _pyramid(x: Tensor, small: Tensor, a: nn.Module, b: nn.Module) -> Tensor:
    return b(a(x) + F.interpolate(small, scale_factor=2))


def _boxes(x: Tensor, c: nn.Module) -> Tensor:
    y = c(x).view(1, 3, 8, -1).permute(0, 3, 1, 2).reshape(1, -1, 8)
    return torch.cat([y[..., :2].sigmoid(), y[..., 2:4].exp(), y[..., 4:].sigmoid()], -1)


def _spp(x: Tensor) -> Tensor:
    return torch.cat([x, *(F.max_pool2d(x, k, 1, k // 2) for k in (3, 5, 7))], 1)


def _ghost(x: Tensor, a: nn.Module, b: nn.Module) -> Tensor:
    y = a(x)
    return torch.cat([y, b(y)], 1)


def _mixer(x: Tensor, norm: nn.Module, mlp: nn.Module) -> Tensor:
    return x + mlp(norm(x).transpose(1, 2)).transpose(1, 2)


def blocks() -> dict[str, Subject]:
    """Return what models are made of."""
    conv = nn.Conv2d
    return {
        **_with(
            {
                'inverted_residual': lambda: Call(
                    lambda x, m: x + m(x),
                    nn.Sequential(
                        conv(16, 64, 1),
                        nn.BatchNorm2d(64),
                        nn.ReLU6(),
                        conv(64, 64, 3, 1, 1, groups=64),
                        nn.BatchNorm2d(64),
                        nn.ReLU6(),
                        conv(64, 16, 1),
                        nn.BatchNorm2d(16),
                    ),
                ),
                'bottleneck': lambda: Call(
                    lambda x, m: F.relu(x + m(x)),
                    nn.Sequential(
                        conv(16, 8, 1), nn.BatchNorm2d(8), nn.ReLU(), conv(8, 8, 3, 1, 1), nn.ReLU(), conv(8, 16, 1)
                    ),
                ),
                'convnext_block': lambda: Call(
                    lambda x, c, m: x + m(c(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2),
                    conv(16, 16, 7, 1, 3, groups=16),
                    nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 64), nn.GELU(), nn.Linear(64, 16)),
                ),
                'ghost': lambda: Call(_ghost, conv(16, 8, 1), conv(8, 8, 3, 1, 1, groups=8)),
                'boxes': lambda: Call(_boxes, conv(16, 24, 1)),
                'spatial_gate': lambda: Call(
                    lambda x, c: x * c(torch.cat([x.mean(1, True), x.amax(1, True)], 1)).sigmoid(), conv(2, 1, 7, 1, 3)
                ),
                'coordinate_pool': lambda: Call(
                    lambda x, a, b: x * a(x.mean(3, True)).sigmoid() * b(x.mean(2, True)).sigmoid(),
                    conv(16, 16, 1),
                    conv(16, 16, 1),
                ),
                'patch_embedding': lambda: Call(lambda x, c: c(x).flatten(2).transpose(1, 2), conv(16, 32, 4, 4)),
            },
            IMAGE,
        ),
        **_of({'spatial_pyramid': _spp}, IMAGE),
        **_with(
            {'pyramid_sum': lambda: Call(_pyramid, conv(16, 16, 1), conv(16, 16, 3, 1, 1))}, IMAGE, (1, 16, 12, 10)
        ),
        **_with(
            {
                'mixer': lambda: Call(
                    _mixer, nn.LayerNorm(64), nn.Sequential(nn.Linear(50, 20), nn.GELU(), nn.Linear(20, 50))
                ),
                'linear': lambda: nn.Linear(64, 32),
                'linear_no_bias': lambda: nn.Linear(64, 32, bias=False),
                'linear_relu': lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU()),
                'linear_pair': lambda: nn.Sequential(nn.Linear(64, 32), nn.Linear(32, 16)),
                'prenorm': lambda: nn.Sequential(nn.LayerNorm(64), nn.Linear(64, 64)),
                'swiglu': lambda: Call(
                    lambda x, a, b, c: c(F.silu(a(x)) * b(x)), nn.Linear(64, 96), nn.Linear(64, 96), nn.Linear(96, 64)
                ),
            },
            ROWS,
        ),
    }


FAMILIES: dict[str, Callable[[], dict[str, Subject]]] = {
    'activation': activations,
    'unary': unary,
    'norm': norms,
    'pool': pools,
    'conv': convolutions,
    'rnn': recurrent,
    'binary': binary,
    'reduction': reductions,
    'reshape': shapes,
    'slice': parts,
    'pad': pads,
    'resize': resizes,
    'attention': attentions,
    'block': blocks,
}
