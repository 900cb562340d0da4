"""Export of RoIAlign of rotated boxes."""
import pytest
import torch
from mmcv.ops import roi_align_rotated

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph


@pytest.mark.parametrize('backend', ['onnxruntime', 'tensorrt', 'ncnn'])
def test_node(backend):
    x, rois = torch.rand(1, 2, 8, 8), torch.tensor([[0, 4, 4, 3, 5, 0.5]])

    def function(x, rois):
        return roi_align_rotated(x, rois, (2, 3), 0.5, 2, True, True)

    expected = function(x, rois)
    with RewriterContext({}, backend):
        assert torch.equal(function(x, rois), expected)
    node, attributes = find_node(export_graph(function, (x, rois), backend), 'mmdeploy::MMCVRoIAlignRotated')
    assert len(node.input) == 2
    assert attributes == dict(
        output_height=2, output_width=3, spatial_scale=0.5, sampling_ratio=2, aligned=1, clockwise=1)
