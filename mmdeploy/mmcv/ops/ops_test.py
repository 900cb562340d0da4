"""Rewrites of mmcv's operators that are no operators of ours."""
import importlib

import mmcv.ops
import pytest
import torch
from mmcv.cnn.bricks.transformer import PatchEmbed

import mmdeploy.pytorch
from mmdeploy.core import RewriterContext
from mmdeploy.mmcv import ops as mmcv_ops
from mmdeploy.mmcv.ops import ONNXNMSop
from mmdeploy.pytorch import functions, ops
from mmdeploy.pytorch.testing import assert_same, op_types
from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker
from mmdeploy.utils.validate import export_graph

BOXES = torch.tensor([[[0., 0, 10, 10], [0, 1, 10, 11], [20, 20, 30, 30]]])
SCORES = torch.tensor([[[0.5, 0.9, 0.2], [0.1, 0.05, 0.6]]])


def test_nms_value():
    index = ONNXNMSop.apply(BOXES, SCORES, 10, 0.5, 0.05)
    assert index.tolist() == [[0, 0, 1], [0, 0, 2], [0, 1, 2], [0, 1, 0]]
    assert ONNXNMSop.apply(BOXES, SCORES, 1, 0.5, 0.05).tolist() == [[0, 0, 1], [0, 1, 2]]
    assert ONNXNMSop.apply(BOXES, SCORES, 10, 0.5, 1.0).shape == (0, 3)


def test_nms_node():
    model = assert_same(lambda b, s: ONNXNMSop.apply(b, s, 10, 0.5, 0.05), (BOXES, SCORES), do_constant_folding=False)
    assert op_types(model) == ['Constant'] * 3 + ['NonMaxSuppression']
    assert [list(node.attribute[0].t.dims) for node in model.graph.node[:3]] == [[], [1], [1]]


@backend_checker(Backend.OPENVINO)
def test_an_overlap_of_the_threshold_stays_in_openvino(tmp_path):
    """An intersection of exactly half the union."""
    from mmdeploy_python import Net, convert
    boxes = torch.tensor([[[0., 0, 8, 8], [0, 0, 8, 4], [0, 0, 8, 7]]])
    scores = torch.tensor([[[0.9, 0.8, 0.7]]])
    model = export_graph(lambda b, s: ONNXNMSop.apply(b, s, 10, 0.5, 0.05), (boxes, scores), 'openvino',
                         input_names=['boxes', 'scores'], output_names=['index'])
    files = convert('openvino', model.SerializeToString(), tmp_path / 'm')
    found = Net(files[0], 'openvino', weights=files[1]).run(dict(boxes=boxes.numpy(), scores=scores.numpy()))['index']
    assert found.tolist() == ONNXNMSop.apply(boxes, scores, 10, 0.5, 0.05).tolist() == [[0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize('options', [dict(), dict(norm_cfg=dict(type='LN')), dict(padding=1), dict(stride=3)])
def test_patch_embed_ncnn(options):
    embed = PatchEmbed(3, 6, kernel_size=4, **dict(dict(stride=4), **options)).eval().requires_grad_(False)
    x = torch.rand(1, 3, 16, 20)
    expected, size = embed(x)
    with RewriterContext({}, 'ncnn'):
        actual, actual_size = embed(x)
    torch.testing.assert_close(actual, expected)
    assert actual_size == tuple(size)
    assert 'Shape' not in op_types(export_graph(lambda x: embed(x)[0], (x, ), 'ncnn'))


@pytest.mark.parametrize('psa_type', ['collect', 'distribute'])
@pytest.mark.parametrize('mask_size', [(7, 9), (3, 5), (11, 3)])
def test_psa_mask(psa_type, mask_size):
    mask = mmcv.ops.PSAMask(psa_type, mask_size)
    model = assert_same(mask, (torch.rand(1, mask_size[0] * mask_size[1], 4, 5), ))
    assert not any('::' in name for name in op_types(model))


@pytest.mark.parametrize('package, names', [
    ('mmcv.ops', 'roi_align_default modulated_deform_conv_default deform_conv_openvino roi_align_rotated_default '
     'patch_embed__forward__ncnn ONNXNMSop TRTBatchedNMSop nms_dynamic ONNXNMSRotatedOp TRTBatchedRotatedNMSop'),
    ('mmcv.ops.deform_conv', 'deform_conv__default deform_conv_openvino'),
    ('mmcv.ops.modulated_deform_conv', 'modulated_deform_conv_default'),
    ('mmcv.ops.nms', 'ONNXNMSop TRTBatchedNMSop nms_dynamic'),
    ('mmcv.ops.nms_rotated', 'ONNXNMSRotatedOp TRTBatchedRotatedNMSop'),
    ('mmcv.ops.roi_align', 'roi_align_default'),
    ('mmcv.ops.roi_align_rotated', 'roi_align_rotated_default'),
    ('mmcv.ops.transformer', 'patch_embed__forward__ncnn'),
    ('mmcv.cnn', 'multiheadattention__forward__ncnn MultiHeadAttentionop'),
    ('mmcv.cnn.transformer', 'multiheadattention__forward__ncnn MultiHeadAttentionop'),
    ('pytorch.functions.linear', 'GemmOp linear__ncnn'),
    ('pytorch.ops.adaptive_avg_pool', 'adaptive_avg_pool1d__default adaptive_avg_pool2d__ncnn'),
    ('pytorch.ops.grid_sampler', 'grid_sampler grid_sampler_ppl grid_sampler__default'),
    ('pytorch.ops.instance_norm', 'instance_norm instance_norm__tensorrt'),
    ('pytorch.ops.layer_norm', 'layer_norm layer_norm__ncnn'),
    ('pytorch.ops.linear', 'linear_no_bias linear_normal linear__ncnn'),
    ('pytorch.ops.lstm', 'generic_rnn__ncnn'),
    ('pytorch.ops.pad', '_prepare_onnx_paddings__tensorrt'),
    ('pytorch.ops.roll', 'roll roll_default'),
    ('pytorch.ops.squeeze', 'squeeze__default'),
])
def test_documented_names(package, names):
    module = importlib.import_module(f'mmdeploy.{package}')
    assert all(hasattr(module, name) for name in names.split())


def test_packages_export_what_is_documented():
    assert set(mmcv_ops.__all__) == {
        'roi_align_default', 'modulated_deform_conv_default', 'deform_conv_openvino', 'roi_align_rotated_default',
        'patch_embed__forward__ncnn'}
    assert len(functions.__all__) == 17 and len(ops.__all__) == 14
    for part in (functions, ops):
        assert all(hasattr(part, name) and hasattr(mmdeploy.pytorch, name) for name in part.__all__)
    assert mmdeploy.pytorch.linear__ncnn is ops.linear__ncnn


@pytest.mark.parametrize('options', [dict(), dict(offset=1), dict(score_threshold=0.2), dict(max_num=2),
                                     dict(score_threshold=-1.0, max_num=3)])
@pytest.mark.parametrize('opset', [11, 13])
def test_nms_of_mmcv(options, opset):
    random = torch.Generator().manual_seed(0)
    corners = torch.rand(30, 2, generator=random) * 20
    boxes = torch.cat([corners, corners + torch.rand(30, 2, generator=random) * 15], 1)
    scores = torch.rand(30, generator=random) - 0.1  # also negative ones
    model = assert_same(lambda b, s: mmcv.ops.nms(b, s, 0.4, **options)[1] * 1, (boxes, scores), opset=opset)
    assert 'NonMaxSuppression' in op_types(model)
