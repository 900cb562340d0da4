"""Export of non-maximum suppression of rotated boxes."""
import torch

from mmdeploy.mmcv.ops import ONNXNMSRotatedOp
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph

# The second overlaps the first, the third neither.
BOXES = torch.tensor([[[5, 5, 4, 2, 0.3], [5, 5.2, 4, 2, 0.3], [20, 20, 4, 2, 1]]])
SCORES = torch.tensor([[[0.5, 0.9, 0.2], [0.1, 0.05, 0.6], [0, 0, 0]]])


def test_value():
    index = ONNXNMSRotatedOp.apply(BOXES, SCORES, 0.5, 0.05)
    assert index.tolist() == [[0, 0, 1], [0, 0, 2], [0, 1, 2], [0, 1, 0]]
    assert index.dtype == torch.int64
    assert ONNXNMSRotatedOp.apply(BOXES, SCORES, 0.5, 1.0).shape == (0, 3)


def test_node():
    model = export_graph(lambda b, s: ONNXNMSRotatedOp.apply(b, s, 0.25, 0.5), (BOXES, SCORES))
    node, attributes = find_node(model, 'mmdeploy::NMSRotated')
    assert len(node.input) == 2
    assert attributes == dict(iou_threshold=0.25, score_threshold=0.5)
