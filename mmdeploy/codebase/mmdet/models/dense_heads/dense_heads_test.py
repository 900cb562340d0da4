"""Heads under the rewrites: the boxes of mmdet, or a refusal that names the head."""
import mmcv
import numpy as np
import pytest
import torch
from mmdet.models import build_head
from mmdet.models.detectors import SingleStageDetector

import mmdeploy.codebase.mmdet  # noqa: F401  # registers the rewrites
from mmdeploy.core import RewriterContext
from mmdeploy.core.rewriters.served import NotServedError

TEST = mmcv.Config(dict(nms_pre=5000, min_bbox_size=0, score_thr=0.0, nms=dict(type='nms', iou_threshold=0.99),
                        max_per_img=50))
DEPLOY = mmcv.Config(
    dict(
        backend_config=dict(type='onnxruntime'),
        onnx_config=dict(output_names=['dets', 'labels'], input_shape=None),
        codebase_config=dict(
            type='mmdet', task='ObjectDetection',
            post_processing=dict(
                score_threshold=0.0, confidence_threshold=0.0, iou_threshold=0.99, max_output_boxes_per_class=200,
                pre_top_k=5000, keep_top_k=50, background_label_id=-1))))
ANCHORS = dict(type='AnchorGenerator', octave_base_scale=4, scales_per_octave=1, ratios=[1.0], strides=[8, 16])
POINTS = dict(strides=[8, 16])
DELTAS = dict(type='DeltaXYWHBBoxCoder')
SSD = dict(
    in_channels=(4, 4, 4), anchor_generator=dict(
        type='SSDAnchorGenerator', scale_major=False, input_size=64, min_sizes=[10, 20, 40],
        max_sizes=[20, 40, 60], strides=[8, 16, 32], ratios=[[2], [2, 3], [2]]))
COMMON = dict(num_classes=3, in_channels=4, test_cfg=TEST)
TOWERS = dict(COMMON, stacked_convs=1, feat_channels=4)
HEADS = {
    'RetinaHead': dict(TOWERS, anchor_generator=ANCHORS, bbox_coder=DELTAS),
    'RetinaSepBNHead': dict(TOWERS, num_ins=2, anchor_generator=ANCHORS, bbox_coder=DELTAS),
    'FreeAnchorRetinaHead': dict(TOWERS, anchor_generator=ANCHORS, bbox_coder=DELTAS),
    'PISARetinaHead': dict(TOWERS, anchor_generator=ANCHORS, bbox_coder=DELTAS),
    'FSAFHead': dict(TOWERS, anchor_generator=ANCHORS, reg_decoded_bbox=True,
                     bbox_coder=dict(type='TBLRBBoxCoder', normalizer=4.0)),
    'ATSSHead': dict(TOWERS, anchor_generator=ANCHORS, bbox_coder=DELTAS, norm_cfg=None),
    'FCOSHead': dict(TOWERS, **POINTS, norm_cfg=None),
    'SSDHead': dict(COMMON | SSD, bbox_coder=dict(DELTAS, target_stds=[0.1, 0.1, 0.2, 0.2])),
    'PISASSDHead': dict(COMMON | SSD, bbox_coder=dict(DELTAS, target_stds=[0.1, 0.1, 0.2, 0.2])),
    'NASFCOSHead': dict(COMMON, stacked_convs=4, feat_channels=4, **POINTS,
                        norm_cfg=dict(type='GN', num_groups=2, requires_grad=True)),
    'DDODHead': dict(TOWERS, anchor_generator=ANCHORS, bbox_coder=DELTAS,
                     norm_cfg=dict(type='GN', num_groups=2, requires_grad=True)),
    'AutoAssignHead': dict(TOWERS, **POINTS, norm_cfg=None),
    'VFNetHead': dict(TOWERS, **POINTS, regress_ranges=((-1, 64), (64, 1000)), norm_cfg=None,
                      anchor_generator=dict(ANCHORS, center_offset=0.0)),
    'FoveaHead': dict(TOWERS, **POINTS, base_edge_list=[16, 32], scale_ranges=((1, 64), (32, 128))),
    'RepPointsHead': dict(COMMON, feat_channels=4, point_feat_channels=4, stacked_convs=1, num_points=9,
                          point_strides=[8, 16]),
    'GFLHead': dict(TOWERS, anchor_generator=ANCHORS, norm_cfg=None),
    'TOODHead': dict(COMMON, stacked_convs=1, feat_channels=16, anchor_generator=ANCHORS, bbox_coder=DELTAS,
                     norm_cfg=None, num_dcn=1),
    'LDHead': dict(TOWERS, anchor_generator=ANCHORS, norm_cfg=None,
                   loss_ld=dict(type='KnowledgeDistillationKLDivLoss', loss_weight=0.25, T=10)),
    'PAAHead': dict(TOWERS, anchor_generator=ANCHORS, bbox_coder=DELTAS, norm_cfg=None),
    'SABLRetinaHead': dict(
        TOWERS, approx_anchor_generator=dict(ANCHORS, scales_per_octave=3),
        square_anchor_generator=dict(type='AnchorGenerator', ratios=[1.0], scales=[4], strides=[8, 16]),
        bbox_coder=dict(type='BucketingBBoxCoder', num_buckets=14, scale_factor=3.0), norm_cfg=None),
    'YOLOXHead': dict(TOWERS, **POINTS),
    'YOLOFHead': dict(num_classes=3, in_channels=4, test_cfg=TEST, reg_decoded_bbox=True, num_cls_convs=1,
                      num_reg_convs=1, anchor_generator=dict(type='AnchorGenerator', ratios=[1.0], scales=[1, 2],
                                                             strides=[8]),
                      bbox_coder=dict(DELTAS, add_ctr_clamp=True, ctr_clamp=32)),
}
RPN = dict(in_channels=4, feat_channels=4, anchor_generator=ANCHORS, bbox_coder=DELTAS, test_cfg=dict(
    nms_pre=50, max_per_img=20, min_bbox_size=0, nms=dict(type='nms', iou_threshold=0.7)))
REFUSED = ('PAAHead', 'SABLRetinaHead')


def run(name: str) -> tuple[torch.nn.Module, tuple]:
    """Return a head with random weights and its predictions for an image of 64x64 pixels."""
    torch.manual_seed(0)
    head = build_head(dict(RPN if name == 'RPNHead' else HEADS[name], type=name)).eval()
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    num_levels = 1 if name == 'YOLOFHead' else 3 if 'SSD' in name else 2
    levels = [torch.rand(1, 4, 8 >> i, 8 >> i) for i in range(num_levels)]
    with torch.no_grad():
        return head, head(levels)


def boxes_of_mmdet(head: torch.nn.Module, predictions: tuple) -> torch.Tensor:
    metas = [dict(img_shape=(64, 64, 3), scale_factor=np.ones(4, 'f4'), ori_shape=(64, 64, 3), pad_shape=(64, 64, 3))]
    with torch.no_grad():
        return head.get_bboxes(*predictions, img_metas=metas, rescale=False)[0][0]


def boxes_of_rewrites(head: torch.nn.Module, predictions: tuple) -> torch.Tensor:
    with torch.no_grad(), RewriterContext(DEPLOY, backend='onnxruntime'):
        return head.get_bboxes(*predictions, img_metas=[dict(img_shape=[64, 64])], rescale=False)[0][0]


@pytest.mark.parametrize('name', [name for name in HEADS if name not in REFUSED])
def test_boxes_are_those_of_mmdet(name):
    head, predictions = run(name)
    expected, found = boxes_of_mmdet(head, predictions), boxes_of_rewrites(head, predictions)
    assert len(expected) > 5
    found = found[found[:, 4] > 0]
    # Equal scores may swap, and the last ones come and go.
    for box in expected[:20]:
        assert (found - box).abs().amax(1).min() < 1e-3


@pytest.mark.parametrize('name', ['FoveaHead', 'RepPointsHead', 'GFLHead', 'RetinaHead', 'YOLOXHead'])
def test_boxes_are_those_of_mmdet_in_ncnn(name):
    """As rows of label, score and corners in units of the image."""
    head, predictions = run(name)
    expected = boxes_of_mmdet(head, predictions)
    with torch.no_grad(), RewriterContext(DEPLOY, backend='ncnn'):
        rows = head.get_bboxes(*predictions, img_metas=[dict(img_shape=[64, 64])])
    assert rows.ndim == 3 and rows.shape[::2] == (1, 6)
    found = torch.cat([rows[0, :, 2:] * 64, rows[0, :, 1:2]], 1)
    for box in expected[:20]:
        assert (found - box).abs().amax(1).min() < 1e-3


@pytest.mark.parametrize('name', ['RPNHead', 'SSDHead'])
@pytest.mark.parametrize('backend', ['onnxruntime', 'ncnn'])
def test_arguments_by_position_are_those_of_mmdet(name, backend):
    """The fourth is `img_metas`: a rewrite without `score_factors` would take something else for it."""
    head, predictions = run(name)
    metas = [dict(img_shape=[64, 64])]
    with torch.no_grad(), RewriterContext(DEPLOY, backend=backend):
        expected = head.get_bboxes(*predictions, img_metas=metas)
        found = head.get_bboxes(*predictions, None, metas, None, False, True)
        raw = head.get_bboxes(*predictions, None, metas, None, False, False)
    for a, b in zip(*((x if isinstance(x, tuple) else (x,)) for x in (expected, found)), strict=True):
        assert torch.equal(a, b)
    assert len(raw) == 2


@pytest.mark.parametrize('backend', ['onnxruntime', 'ncnn'])
def test_yolox_takes_one_class_of_each_place(backend):
    """Of classes that tie, the first one; what ties after the objectness has come in does not."""
    head, (classes, boxes, objectness) = run('YOLOXHead')
    for level in classes:
        level.fill_(-9)
    # Both are 1 as float32; the second of two beside, and three that are all 0.5.
    classes[0][0, :, 2, 3] = torch.tensor([20., -9, 18])
    classes[0][0, :, 2, 6] = torch.tensor([-9., 19, 25])
    classes[0][0, :, 5, 5] = 0
    objectness = [torch.full_like(level, 8.) for level in objectness]
    head.test_cfg = mmcv.Config(dict(TEST, score_thr=0.3))
    metas = [dict(img_shape=[64, 64, 3], scale_factor=np.ones(4, 'f4'))]
    with torch.no_grad():
        expected, labels = head.get_bboxes(classes, boxes, objectness, img_metas=metas, rescale=False)[0]
        with RewriterContext(DEPLOY, backend=backend):
            found = head.get_bboxes(classes, boxes, objectness, img_metas=[dict(img_shape=[64, 64])])
    dets, own = found if backend == 'onnxruntime' else (found[..., [2, 3, 4, 5, 1]], found[..., 0] - 1)
    kept = dets[0, :, 4] > 0
    assert sorted(own[0, kept].tolist()) == sorted(labels.tolist()) == [0, 0, 1]
    torch.testing.assert_close(dets[0, kept, 4], expected[:, 4])


def test_yolox_keeps_a_score_at_the_threshold():
    head, (classes, boxes, objectness) = run('YOLOXHead')
    classes, objectness = ([torch.full_like(level, -9.) for level in levels] for levels in (classes, objectness))
    classes[0][0, 1, 2, 3] = objectness[0][0, 0, 2, 3] = 0
    head.test_cfg = mmcv.Config(dict(TEST, score_thr=0.25))
    expected, found = (f(head, (classes, boxes, objectness)) for f in (boxes_of_mmdet, boxes_of_rewrites))
    assert expected[:, 4].tolist() == found[found[:, 4] > 0, 4].tolist() == [0.25]


@pytest.mark.parametrize('name', REFUSED)
def test_heads_that_make_boxes_in_their_own_way_are_refused(name):
    torch.manual_seed(0)
    head = build_head(dict(RPN if name == 'RPNHead' else HEADS[name], type=name)).eval()
    detector = SingleStageDetector.__new__(SingleStageDetector)
    torch.nn.Module.__init__(detector)
    detector.bbox_head = head
    detector.extract_feat = lambda img: [torch.rand(1, 4, 8 >> i, 8 >> i) for i in range(2)]
    with pytest.raises(NotServedError, match=f'{name} cannot be converted: .*ATSSHead, .*YOLOXHead'), RewriterContext(
            DEPLOY, backend='onnxruntime'), torch.no_grad():
        detector.simple_test(torch.rand(1, 3, 64, 64), [dict(img_shape=[64, 64])])


def test_a_selection_that_cannot_be_exported():
    head, predictions = run('ATSSHead')
    head.test_cfg = mmcv.Config(dict(TEST, nms=dict(type='soft_nms', iou_threshold=0.5)))
    with pytest.raises(NotImplementedError, match="nms is {'type': 'soft_nms'.* allowed: type 'nms' without"):
        boxes_of_rewrites(head, predictions)
