"""Export of anchors at every cell."""
import torch

from mmdeploy.op.grid_priors.symbolic import GridPriorsTRTOp
from mmdeploy.pytorch.testing import find_node, op_types
from mmdeploy.utils.validate import export_graph

ANCHORS = torch.tensor([[-2., -1, 2, 1], [-4, -4, 4, 4]])


def test_value():
    priors = GridPriorsTRTOp.apply(ANCHORS, 2, 3, 8, 16).reshape(2, 3, 2, 4)
    assert torch.equal(priors[0, 0], ANCHORS)
    assert torch.equal(priors[1, 2], ANCHORS + torch.tensor([32., 8, 32, 8]))


def test_node():
    model = export_graph(
        lambda x: GridPriorsTRTOp.apply(ANCHORS, x.shape[2], x.shape[3], 8, 16), (torch.rand(1, 1, 2, 3), ), 'tensorrt',
        input_names=['x'], dynamic_axes={'x': [2, 3]})
    node, attributes = find_node(model, 'mmdeploy::GridPriorsTRT')
    assert len(node.input) == 3
    assert attributes == dict(stride_h=8, stride_w=16)
    assert op_types(model).count('ConstantOfShape') == 2
