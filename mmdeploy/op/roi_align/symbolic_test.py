"""Export of RoIAlign."""
import pytest
import torch
from mmcv.ops import roi_align

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import assert_same, find_node, op_types
from mmdeploy.utils import Backend
from mmdeploy.utils.test import WrapFunction, backend_checker
from mmdeploy.utils.validate import TEST_ONNXRT, export_graph

ROIS = torch.tensor([[0, 1, 2, 9, 13.5], [1, 0, 0, 15, 15], [0, 4.2, 3, 8, 7]])


@pytest.mark.parametrize('opset', [11, 16])
@pytest.mark.parametrize('options', [(1.0, 2, 'avg', True), (0.5, 0, 'avg', True), (0.5, 0, 'avg', False)])
def test_onnxruntime(options, opset):
    cfg = dict(backend_config=dict(type='onnxruntime'), onnx_config=dict(opset_version=opset))
    model = assert_same(lambda x, rois: roi_align(x, rois, (3, 4), *options), (torch.rand(2, 3, 16, 16), ROIS),
                        'onnxruntime', cfg, opset=opset)
    _, attributes = find_node(model, 'RoiAlign')
    assert attributes['output_height'] == 3 and attributes['output_width'] == 4


@pytest.mark.parametrize('backend, domain', [('tensorrt', 'mmdeploy'), ('ncnn', 'mmdeploy'), ('pplnn', 'mmcv'),
                                             ('onnxruntime', 'mmdeploy')])
def test_other_engines_and_maxima(backend, domain):
    model = export_graph(lambda x, rois: roi_align(x, rois, 7, 0.25, 2, 'max', False), (torch.rand(2, 3, 16, 16), ROIS),
                         backend)
    assert op_types(model) == [f'{domain}::MMCVRoiAlign']
    _, attributes = find_node(model, f'{domain}::MMCVRoiAlign')
    assert attributes == dict(
        output_height=7, output_width=7, spatial_scale=0.25, sampling_ratio=2, mode='max', aligned=0)


@backend_checker(Backend.ONNXRUNTIME)
def test_as_in_the_documentation(tmp_path):
    """A context without a config, and `run_and_validate` in it."""
    x, rois = torch.rand(1, 1, 16, 16), torch.tensor([[0, 0, 0, 4, 4]], dtype=torch.float32)
    model = WrapFunction(lambda x, rois: roi_align(x, rois, (2, 2), 1.0, 2, 'avg', True)).eval()
    with RewriterContext(cfg={}, backend=TEST_ONNXRT.backend_name, opset=11):
        TEST_ONNXRT.run_and_validate(
            model, [x, rois],
            'roi_align',
            input_names=['input', 'rois'],
            output_names=['roi_feat'],
            save_dir=str(tmp_path))
        with pytest.raises(AssertionError):
            TEST_ONNXRT.run_and_validate(model, [x, rois], expected_result=[torch.full((1, 1, 2, 2), 9.)])
    assert (tmp_path / 'roi_align.onnx').exists()
