"""Export of non-maximum suppression of rotated boxes for TensorRT."""
import torch

from mmdeploy.mmcv.ops import TRTBatchedRotatedNMSop
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph

BOXES = torch.tensor([[[5, 5, 4, 2, 0.3], [5, 5.2, 4, 2, 0.3], [20, 20, 4, 2, 1]]])
SCORES = torch.tensor([[[0.5, 0.1], [0.9, 0.05], [0.2, 0.6]]])


def test_value():
    dets, labels = TRTBatchedRotatedNMSop.apply(BOXES.unsqueeze(2), SCORES, 2, 100, 5, 0.5, 0.05)
    assert labels.tolist() == [[0, 1, 0, 1, -1]]
    assert torch.equal(dets[0, 0, :5], BOXES[0, 1]) and dets.shape == (1, 5, 6)
    assert torch.equal(dets[0, :, 5], torch.tensor([0.9, 0.6, 0.2, 0.1, 0]))


def test_node():
    model = export_graph(lambda b, s: TRTBatchedRotatedNMSop.apply(b, s, 2, 100, 5, 0.5, 0.25), (BOXES, SCORES),
                         'tensorrt')
    node, attributes = find_node(model, 'mmdeploy::TRTBatchedRotatedNMS')
    assert len(node.input) == len(node.output) == 2
    assert attributes == dict(
        num_classes=2, background_label_id=-1, iou_threshold=0.5, score_threshold=0.25, topk=100, keep_topk=5,
        is_normalized=0, clip_boxes=0)
