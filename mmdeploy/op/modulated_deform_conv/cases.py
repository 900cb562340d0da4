"""Cases of modulated_deform_conv, and what mmcv answers."""
from collections.abc import Iterator

import numpy as np
import torch
from mmcv.ops import modulated_deform_conv2d

from mmdeploy.op.case import Case
from mmdeploy.op.deform_conv.cases import _inputs as deform_inputs


def cases() -> Iterator[Case]:
    random = np.random.default_rng(1)
    for name, options in {
            'plain': {},
            'no_bias': {},
            'groups': dict(groups=2, deform_groups=4),
            'batch': dict(batch=3, stride=(2, 1), pad=(2, 1)),
            'window': dict(kernel=(2, 3), stride=(1, 2), pad=(1, 0), dilation=(2, 1)),
    }.items():
        image, offset, weight = deform_inputs(**options)
        mask = random.uniform(size=(offset.shape[0], offset.shape[1] // 2, *offset.shape[2:])).astype('f4')
        bias = None if name == 'no_bias' else random.normal(size=len(weight)).astype('f4')
        stride, padding = list(options.get('stride', (1, 1))), list(options.get('pad', (1, 1)))
        dilation = list(options.get('dilation', (1, 1)))
        groups, deform_groups = options.get('groups', 1), options.get('deform_groups', 1)
        tensors = [torch.from_numpy(x) for x in (image, offset, mask, weight)]
        tensors.append(torch.zeros(len(weight)) if bias is None else torch.from_numpy(bias))
        expected = modulated_deform_conv2d(*tensors, stride, padding, dilation, groups, deform_groups)
        attributes = dict(
            stride=stride, padding=padding, dilation=dilation, groups=groups, deform_groups=deform_groups)
        inputs = [image, offset, mask, weight] + ([] if bias is None else [bias])
        yield Case('mmdeploy::MMCVModulatedDeformConv2d', name, inputs, attributes, [expected.numpy()])
