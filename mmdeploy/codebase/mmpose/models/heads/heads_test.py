"""Heads answer the tensors whose numbers mmpose decodes."""
import numpy as np
import pytest
import torch

from mmdeploy.codebase import import_codebase
from mmdeploy.core import RewriterContext
from mmdeploy.utils import Codebase

import_codebase(Codebase.MMPOSE)
LOSS = dict(type='JointsMSELoss', use_target_weight=True)
SIMPLE = dict(in_channels=3, out_channels=5, num_deconv_layers=1, num_deconv_filters=(4, ), num_deconv_kernels=(4, ),
              extra=dict(final_conv_kernel=1), loss_keypoint=LOSS)
HEADS = {
    'simple': dict(SIMPLE, type='TopdownHeatmapSimpleHead'),
    'vipnas': dict(SIMPLE, type='ViPNASHeatmapSimpleHead', num_deconv_groups=(1, )),
    'stages': dict(type='TopdownHeatmapMultiStageHead', in_channels=3, out_channels=5, num_stages=2,
                   num_deconv_layers=0, extra=dict(final_conv_kernel=1), loss_keypoint=LOSS),
    'units': dict(type='TopdownHeatmapMSMUHead', out_shape=(9, 7), unit_channels=3, out_channels=5, num_stages=2,
                  num_units=2, use_prm=True, loss_keypoint=[LOSS] * 4),
    'deeppose': dict(type='DeepposeRegressionHead', in_channels=3, num_joints=5, loss_keypoint=dict(
        type='SmoothL1Loss')),
    'deeppose with deviations': dict(type='DeepposeRegressionHead', in_channels=3, num_joints=5, out_sigma=True,
                                     loss_keypoint=dict(type='SmoothL1Loss')),
}


def features(name: str):
    """Return what a backbone gives to a head."""
    maps = [torch.randn(2, 3, 8, 6, generator=torch.Generator().manual_seed(i)) for i in range(4)]
    return {'stages': maps[:2], 'units': [maps[:2], maps[2:]]}.get(name, maps[0].mean((2, 3)) if 'deep' in name else
                                                                   maps[0])


@pytest.mark.parametrize('name', HEADS)
def test_answers_are_those_of_mmpose(name):
    from mmpose.models.builder import build_head
    torch.manual_seed(0)
    head = build_head(dict(HEADS[name], train_cfg=dict(), test_cfg=dict())).eval()
    with torch.no_grad():
        expected = head.inference_model(features(name))
        with RewriterContext({}, 'onnxruntime'):
            found = head.inference_model(features(name))
            with pytest.raises(AssertionError, match='does not flip'):
                head.inference_model(features(name), [[0, 1]])
    assert isinstance(found, torch.Tensor) and found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)
