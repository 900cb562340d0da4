"""Crops of features from the levels of a pyramid, per engine."""
import numpy as np
import pytest
import torch

from mmdeploy.codebase import import_codebase
from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import find_node, op_types
from mmdeploy.utils import IR, Backend, Codebase
from mmdeploy.utils.test import backend_checker
from mmdeploy.utils.validate import export_graph

import_codebase(Codebase.MMDET)

STRIDES = [4, 8, 16, 32]


def _extractor(**layer):
    from mmdet.models.roi_heads.roi_extractors import SingleRoIExtractor
    return SingleRoIExtractor(dict(dict(type='RoIAlign', output_size=7, sampling_ratio=2), **layer), 3, STRIDES).eval()


def _inputs(batch=1):
    torch.manual_seed(0)
    feats = [torch.randn(batch, 3, 256 // stride, 256 // stride) for stride in STRIDES]
    corner, size = torch.rand(30, 2) * 100, 8 + torch.rand(30, 2)**2 * 140
    image = torch.randint(batch, (30, 1)).float()
    return feats, torch.cat([image, corner, corner + size], 1)


@pytest.mark.parametrize('backend', ['tensorrt', 'openvino', 'onnxruntime'])
@pytest.mark.parametrize('factor', [None, 1.3])
def test_same_values(backend, factor):
    extractor, (feats, rois) = _extractor(), _inputs()
    expected = extractor(feats, rois, roi_scale_factor=factor)
    cfg = dict(backend_config=dict(type=backend))
    with RewriterContext(cfg, backend):
        torch.testing.assert_close(extractor(feats, rois, roi_scale_factor=factor), expected)


@pytest.mark.parametrize('backend', ['tensorrt', 'openvino', 'onnxruntime'])
def test_rois_of_one_level_are_not_scaled(backend):
    extractor, (feats, rois) = _extractor(), _inputs()
    extractor.roi_layers, extractor.featmap_strides = extractor.roi_layers[:1], STRIDES[:1]
    expected = extractor(feats[:1], rois, roi_scale_factor=1.3)
    with RewriterContext(dict(backend_config=dict(type=backend)), backend):
        torch.testing.assert_close(extractor(feats[:1], rois, roi_scale_factor=1.3), expected)


def test_batches_and_no_rois_on_tensorrt():
    extractor, (feats, rois) = _extractor(output_size=(3, 5)), _inputs(2)
    expected = extractor(feats, rois)
    with RewriterContext({}, 'tensorrt'):
        torch.testing.assert_close(extractor(feats, rois), expected)
        assert extractor(feats, rois[:0]).shape == (0, 3, 3, 5)


def test_node_of_tensorrt():
    extractor, (feats, rois) = _extractor(output_size=(3, 5)), _inputs()
    model = export_graph(lambda rois, *feats: extractor(feats, rois), (rois, *feats), 'tensorrt')
    node, attributes = find_node(model, 'mmdeploy::MMCVMultiLevelRoiAlign')
    assert len(node.input) == 5
    assert attributes == dict(
        output_height=3, output_width=5, pool_mode=1, sampling_ratio=2, roi_scale_factor=-1.0, finest_scale=56,
        featmap_strides=[4.0, 8.0, 16.0, 32.0], aligned=1)


def _openvino_model():
    extractor, (feats, rois) = _extractor(), _inputs()
    return export_graph(lambda rois, *feats: extractor(feats, rois), (rois, *feats), 'openvino'), extractor, feats, rois


def test_node_of_openvino():
    model, *_ = _openvino_model()
    kind = 'org.openvinotoolkit::ExperimentalDetectronROIFeatureExtractor'
    assert [name for name in op_types(model) if name != 'Constant'] == ['Slice', kind]
    node, attributes = find_node(model, kind)
    assert len(node.input) == 5
    assert attributes == dict(
        output_size=7, pyramid_scales=STRIDES, sampling_ratio=2, image_id=0, distribute_rois_between_levels=1,
        preserve_rois_order=0, aligned=1)


def test_openvino_computes_the_same():
    openvino = pytest.importorskip('openvino')
    model, extractor, feats, rois = _openvino_model()
    core = openvino.Core()
    core.set_property('CPU', {'INFERENCE_PRECISION_HINT': 'f32'})
    network = core.compile_model(core.read_model(model.SerializeToString(), b''), 'CPU')
    outputs = list(network([rois.numpy(), *(feat.numpy() for feat in feats)]).values())
    torch.testing.assert_close(torch.from_numpy(np.array(outputs[0])), extractor(feats, rois), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('layer, batch', [(dict(output_size=(3, 5)), 1), (dict(aligned=False), 1),
                                          (dict(pool_mode='max'), 1), (dict(), 2)])
def test_openvino_crops_by_level_what_its_operator_cannot(layer, batch):
    extractor, (feats, rois) = _extractor(**layer), _inputs(batch)
    expected = extractor(feats, rois)
    with RewriterContext({}, 'openvino'):
        torch.testing.assert_close(extractor(feats, rois), expected)
    model = export_graph(lambda rois, *feats: extractor(feats, rois), (rois, *feats), 'openvino')
    assert op_types(model).count('mmdeploy::MMCVRoiAlign') == 4


def test_other_layers_are_refused():
    feats, rois = _inputs()
    extractor = _extractor()
    extractor.roi_layers[0] = torch.nn.Identity()
    with RewriterContext({}, 'tensorrt'), pytest.raises(AssertionError, match='layers of type Identity'):
        extractor(feats, rois)


@backend_checker(Backend.TORCHSCRIPT)
@pytest.mark.parametrize('levels,factor', [(4, None), (4, 1.3), (1, None)])
def test_torchscript(levels, factor):
    """Traced: mmcv's kernel would leave no trace."""
    extractor, (feats, rois) = _extractor(output_size=(3, 5)), _inputs(2)
    extractor.roi_layers, extractor.featmap_strides = extractor.roi_layers[:levels], STRIDES[:levels]
    expected = extractor(feats[:levels], rois, roi_scale_factor=factor)
    crop = extractor.roi_layers[0](feats[0], rois)

    class Both(torch.nn.Module):

        def __init__(self):
            super().__init__()
            self.extractor = extractor

        def forward(self, rois, *feats):
            layer = self.extractor.roi_layers[0]
            return self.extractor(list(feats), rois, roi_scale_factor=factor), layer(feats[0], rois)

    cfg = dict(backend_config=dict(type='torchscript'))
    with RewriterContext(cfg, 'torchscript', ir=IR.TORCHSCRIPT):
        traced = torch.jit.trace(Both(), (rois[:7], *feats[:levels]), check_trace=False)
    found = traced(rois, *feats[:levels])
    torch.testing.assert_close(found[0], expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found[1], crop, rtol=1e-4, atol=1e-5)
