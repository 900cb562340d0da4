"""What models export is what the operators compute: {operator} x {engine} against PyTorch and mmcv."""
import pytest
import torch
from mmcv.ops import deform_conv2d, modulated_deform_conv2d, roi_align, roi_align_rotated
from torch.nn import functional as F

from mmdeploy.core import RewriterContext
from mmdeploy.mmcv.ops import ONNXNMSMatchOp, ONNXNMSop, ONNXNMSRotatedOp, TRTBatchedNMSop, TRTBatchedRotatedNMSop
from mmdeploy.op.multi_level_roi_align.symbolic import MultiLevelRoiAlign
from mmdeploy.op.multi_level_rotated_roi_align.symbolic import MultiLevelRotatedRoiAlign
from mmdeploy.utils.test import WrapFunction, check_backend
from mmdeploy.utils.validate import TEST_NCNN, TEST_ONNXRT, TEST_OPENVINO

_random = torch.Generator().manual_seed(0)


def _rand(*shape):
    return torch.rand(shape, generator=_random)


def _randn(*shape):
    return torch.randn(shape, generator=_random)


X, WEIGHT, BIAS = _randn(1, 4, 9, 10), _randn(6, 4, 3, 3), _randn(6)
GRID, OFFSET, MASK = _rand(1, 5, 6, 2) * 2.4 - 1.2, _randn(1, 18, 9, 10), _rand(1, 9, 9, 10)
ROIS = torch.tensor([[0, 1, 2, 7, 8.], [0, 0, 0, 4, 9]])
TURNED_ROIS = torch.tensor([[0, 4, 4, 5, 3, .3], [0, 5, 5, 2, 6, -.7]])
CENTRE, SIZE, SCORES = _rand(1, 50, 2) * 40, _rand(1, 50, 2) * 10 + 2, _rand(1, 3, 50)
BOXES, TURNED = torch.cat([CENTRE, CENTRE + SIZE], 2), torch.cat([CENTRE, SIZE, _randn(1, 50, 1)], 2)
LAST = SCORES.transpose(1, 2).contiguous()
FEATS = [_randn(1, 3, size, size) for size in (32, 16, 8)]
PYRAMID_ROIS = torch.tensor([[0, 1, 2, 40, 50.], [0, 0, 0, 120, 126]])
TURNED_PYRAMID_ROIS = torch.tensor([[0, 60, 60, 20, 30, .4], [0, 60, 60, 120, 126, -.4]])

CASES = {
    'grid_sampler': (lambda x, grid: F.grid_sample(x, grid, 'bicubic', 'reflection', False), (X, GRID)),
    'deform_conv': (lambda x, offset: deform_conv2d(x, offset, WEIGHT, 1, 1, 1, 1, 1), (X, OFFSET)),
    'modulated_deform_conv': (
        lambda x, offset, mask: modulated_deform_conv2d(x, offset, mask, WEIGHT, BIAS, 1, 1, 1, 1, 1),
        (X, OFFSET, MASK)),
    'modulated_deform_conv_no_bias': (
        lambda x, offset, mask: modulated_deform_conv2d(x, offset, mask, WEIGHT, None, 1, 1, 1, 1, 1),
        (X, OFFSET, MASK)),
    'batched_nms': (lambda boxes, scores: TRTBatchedNMSop.apply(boxes, scores, 3, 30, 20, .3, .2, -1, True),
                    (BOXES.unsqueeze(2), LAST)),
    'batched_rotated_nms': (lambda boxes, scores: TRTBatchedRotatedNMSop.apply(boxes, scores, 3, 30, 20, .3, .2),
                            (TURNED.unsqueeze(2), LAST)),
    'roi_align': (lambda x, rois: roi_align(x, rois, (3, 4), .5, 2, 'avg', True), (X, ROIS)),
    'roi_align_max': (lambda x, rois: roi_align(x, rois, (3, 4), .5, 0, 'max', False), (X, ROIS)),
    'roi_align_rotated': (lambda x, rois: roi_align_rotated(x, rois, (3, 4), .5, 2, True, True), (X, TURNED_ROIS)),
    'nms': (lambda boxes, scores: ONNXNMSop.apply(boxes, scores, 20, .3, .2), (BOXES, SCORES)),
    'nms_rotated': (lambda boxes, scores: ONNXNMSRotatedOp.apply(boxes, scores, .3, .2), (TURNED, SCORES)),
    'nms_match': (lambda boxes, scores: ONNXNMSMatchOp.apply(boxes, scores, .1, .2), (BOXES, SCORES)),
    'multi_level_roi_align': (
        lambda rois, *feats: MultiLevelRoiAlign.apply(rois, (3, 4), [4, 8, 16], 56, 2, 'avg', True, None, *feats),
        (PYRAMID_ROIS, *FEATS)),
    'multi_level_roi_align_scaled': (
        lambda rois, *feats: MultiLevelRoiAlign.apply(rois, (3, 4), [4, 8, 16], 56, 2, 'max', False, 1.3, *feats),
        (PYRAMID_ROIS, *FEATS)),
    'multi_level_rotated_roi_align': (
        lambda rois, *feats: MultiLevelRotatedRoiAlign.apply(rois, (3, 4), [4, 8, 16], 56, 2, True, True, 1.3, *feats),
        (TURNED_PYRAMID_ROIS, *FEATS)),
}
# The others have no batch of one in front, which ncnn wants of inputs and outputs of a network.
OF_NCNN = [name for name in CASES if 'deform' in name or name in ('grid_sampler', 'batched_nms', 'batched_rotated_nms')]


def _check(validator, name):
    check_backend(validator.backend)
    function, inputs = CASES[name]
    model = WrapFunction(function).eval()
    expected = model(*inputs)
    expected = list(expected) if isinstance(expected, tuple) else [expected]
    with RewriterContext({}, validator.backend_name, opset=11):
        validator.run_and_validate(model, inputs, expected_result=expected)


@pytest.mark.parametrize('validator', [TEST_ONNXRT, TEST_OPENVINO], ids=lambda v: v.backend_name)
@pytest.mark.parametrize('name', CASES)
def test_same_as_pytorch(validator, name):
    _check(validator, name)


@pytest.mark.parametrize('name', OF_NCNN)
def test_same_as_pytorch_in_ncnn(name):
    _check(TEST_NCNN, name)
