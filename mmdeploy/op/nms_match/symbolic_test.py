"""Export of non-maximum suppression that tells who suppressed whom."""
import torch

from mmdeploy.mmcv.ops import ONNXNMSMatchOp
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph

BOXES = torch.tensor([[[0., 0, 10, 10], [0, 1, 10, 11], [20, 20, 30, 30], [0, 2, 10, 12]]])
SCORES = torch.tensor([[[0.5, 0.9, 0.2, 0.8], [0.3, 0.05, 0.6, 0.01]]])


def test_value():
    match = ONNXNMSMatchOp.apply(BOXES, SCORES, 0.5, 0.1)
    assert match.tolist() == [[0, 0, 1, 3], [0, 0, 1, 0]]
    assert ONNXNMSMatchOp.apply(BOXES, SCORES, 0.5, 1.0).shape == (0, 4)


def test_node():
    model = export_graph(lambda b, s: ONNXNMSMatchOp.apply(b, s, 0.25, 0.5), (BOXES, SCORES))
    node, attributes = find_node(model, 'mmdeploy::NMSMatch')
    assert len(node.input) == 4 and not attributes
