"""Cases of deform_conv and of OpenVINO's form of it, and what mmcv answers."""
from collections.abc import Iterator

import numpy as np
import torch
from mmcv.ops import deform_conv2d

from mmdeploy.op.case import Case


def _inputs(batch: int = 1, channels: int = 4, outputs: int = 6, size: tuple = (9, 7), kernel: tuple = (3, 3),
            stride: tuple = (1, 1), pad: tuple = (1, 1), dilation: tuple = (1, 1), groups: int = 1,
            deform_groups: int = 1) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    out = [(size[i] + 2 * pad[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
    taps = deform_groups * kernel[0] * kernel[1]
    return [
        random.normal(size=(batch, channels, *size)).astype('f4'),
        random.normal(scale=2, size=(batch, 2 * taps, *out)).astype('f4'),
        random.normal(size=(outputs, channels // groups, *kernel)).astype('f4')
    ]


def cases() -> Iterator[Case]:
    for name, options in {
            'plain': {},
            'groups': dict(groups=2, deform_groups=2),
            'batch': dict(batch=3, stride=(2, 1), pad=(2, 1)),
            'window': dict(kernel=(2, 3), stride=(1, 2), pad=(1, 0), dilation=(2, 1)),
            'one_tap': dict(kernel=(1, 1), pad=(0, 0), channels=1, outputs=1),
    }.items():
        inputs = _inputs(**options)
        stride, pad = list(options.get('stride', (1, 1))), list(options.get('pad', (1, 1)))
        dilation = list(options.get('dilation', (1, 1)))
        groups, deform_groups = options.get('groups', 1), options.get('deform_groups', 1)
        expected = [
            deform_conv2d(*map(torch.from_numpy, inputs), stride, pad, dilation, groups, deform_groups).numpy()
        ]
        attributes = dict(stride=stride, dilation=dilation, groups=groups, deform_groups=deform_groups)
        # The exporter of mmcv's operator repeats the numbers.
        padding = pad if name == 'plain' else [pad[0], pad[0], pad[1], pad[1]]
        yield Case('mmdeploy::MMCVDeformConv2d', name, inputs, dict(attributes, padding=padding), expected)
        if groups == 1:
            attributes = dict(strides=stride, pads=[*pad, *pad], dilations=dilation, deformable_groups=deform_groups)
            yield Case('org.openvinotoolkit::DeformableConv2D', name, inputs, attributes, expected)
