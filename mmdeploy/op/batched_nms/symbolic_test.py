"""Export of non-maximum suppression for TensorRT."""
import pytest
import torch

from mmdeploy.mmcv.ops import TRTBatchedNMSop
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph

# The second overlaps the first, the third neither.
BOXES = torch.tensor([[[0., 0, 10, 10], [0, 1, 10, 11], [20, 20, 30, 30]]])
SCORES = torch.tensor([[[0.5, 0.1], [0.9, 0.05], [0.2, 0.6]]])


def test_value():
    dets, labels, index = TRTBatchedNMSop.apply(BOXES.unsqueeze(2), SCORES, 2, 100, 5, 0.5, 0.05, -1, True)
    assert index.tolist() == [[1, 2, 2, 0, -1]]
    assert labels.tolist() == [[0, 1, 0, 1, -1]]
    assert labels.dtype == index.dtype == torch.int32
    index = index.long()
    assert torch.equal(dets[0, :4], torch.cat([BOXES[0, index[0, :4]], torch.tensor([[0.9], [0.6], [0.2], [0.1]])], 1))
    assert torch.equal(dets[0, 4], torch.zeros(5))


def test_limits_and_background():
    def labels(pre_topk, after_topk, background):
        return TRTBatchedNMSop.apply(BOXES, SCORES, 2, pre_topk, after_topk, 0.5, 0.05, background)[1].tolist()

    assert labels(1, 3, -1) == [[0, 1, -1]]
    assert labels(-1, 2, -1) == [[0, 1]]
    assert labels(-1, 3, 0) == [[1, 1, -1]]
    assert labels(-1, -1, 1) == [[0, 0, -1]]


def test_boxes_per_class_and_batches():
    boxes = torch.stack([BOXES[0], BOXES[0].flip(0)], 1).repeat(2, 1, 1, 1)
    scores = torch.cat([SCORES, torch.zeros_like(SCORES)])
    dets, labels, index = TRTBatchedNMSop.apply(boxes, scores, 2, -1, 4, 0.5, 0.08, -1, True)
    assert labels.tolist() == [[0, 1, 0, 1], [-1] * 4]
    assert dets[0, 1, :4].tolist() == BOXES[0, 0].tolist()
    assert not dets[1].any()


@pytest.mark.parametrize('return_index', [True, False])
def test_node(return_index):
    model = export_graph(
        lambda b, s: TRTBatchedNMSop.apply(b, s, 2, 100, 5, 0.5, 0.25, -1, return_index), (BOXES, SCORES), 'tensorrt')
    node, attributes = find_node(model, 'mmdeploy::TRTBatchedNMS')
    assert len(node.input) == 2 and len(node.output) == 2 + return_index
    assert attributes == dict(
        num_classes=2, background_label_id=-1, iou_threshold=0.5, score_threshold=0.25, topk=100, keep_topk=5,
        is_normalized=0, clip_boxes=0, return_index=int(return_index))
