"""Export of crops from the levels of a pyramid, for rotated boxes."""
import pytest
import torch
from mmcv.ops import roi_align_rotated

from mmdeploy.op.multi_level_rotated_roi_align.symbolic import MultiLevelRotatedRoiAlign
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph

FEATS = [torch.rand(1, 2, size, size) for size in (32, 16)]
ROIS = torch.tensor([[0, 60, 60, 20, 30, 0.5], [0, 60, 60, 120, 130, -0.5]])


def _crop(rois, *feats, factor=None):
    return MultiLevelRotatedRoiAlign.apply(rois, (2, 3), [4, 8], 56, 2, True, True, factor, *feats)


@pytest.mark.parametrize('factor', [None, 1.5])
def test_value(factor):
    scaled = ROIS * torch.tensor([1, 1, 1, factor or 1, factor or 1, 1])
    expected = [roi_align_rotated(FEATS[i], scaled[i:i + 1], (2, 3), [0.25, 0.125][i], 2, True, True) for i in (0, 1)]
    torch.testing.assert_close(_crop(ROIS, *FEATS, factor=factor), torch.cat(expected))
    assert _crop(ROIS[:0], *FEATS).shape == (0, 2, 2, 3)


def test_node():
    model = export_graph(lambda rois, *feats: _crop(rois, *feats), (ROIS, *FEATS), 'tensorrt')
    node, attributes = find_node(model, 'mmdeploy::MMCVMultiLevelRotatedRoiAlign')
    assert len(node.input) == 3
    assert attributes == dict(
        output_height=2, output_width=3, clockwise=1, sampling_ratio=2, roi_scale_factor=-1.0, finest_scale=56,
        featmap_strides=[4.0, 8.0], aligned=1)
