"""Tests of detectors: converted, cut in parts, and put together again."""
import subprocess
import sys
from unittest.mock import patch

import mmcv
import numpy as np
import onnx
import pytest
import torch

from mmdeploy.apis import build_task_processor, get_predefined_partition_cfg, torch2onnx
from mmdeploy.apis.onnx import extract_partition
from mmdeploy.backend.base import get_backend_manager
from mmdeploy.backend.base.native import is_native_available
from mmdeploy.codebase.mmdet.core.post_processing import _multiclass_nms, multiclass_nms
from mmdeploy.codebase.mmdet.deploy import utils
from mmdeploy.codebase.mmdet.deploy.object_detection_model import End2EndModel
from mmdeploy.codebase.mmdet.deploy.utils import (
    best_of_classes,
    clip_bboxes,
    get_post_processing_params,
    get_proposal_params,
)
from mmdeploy.codebase.mmdet.models.roi_heads.bbox_head import select_boxes
from mmdeploy.core import RewriterContext
from mmdeploy.graph import load
from mmdeploy.pytorch.testing import op_types, run_onnx
from mmdeploy.utils import Backend, get_backend_version, load_config
from mmdeploy.utils.validate import export_graph
from tests.models.detectors import detector_config
from tests.models.detectors_in_engines import SmallDetector, is_good, write_image
from tools import torch2onnx as torch2onnx_tool

pytestmark = pytest.mark.skipif(not is_native_available(), reason='the engines are not built')
CONFIGS = 'configs/mmdet/detection'


@pytest.fixture(scope='module')
def detectors(tmp_path_factory):
    made = {}

    def get(name: str) -> SmallDetector:
        if name not in made:
            made[name] = SmallDetector(name, tmp_path_factory.mktemp(name))
        return made[name]

    return get


def _deploy_cfg(name: str):
    return load_config(f'{CONFIGS}/{name}')[0]


def _assert_same(detector: SmallDetector, config: str, files: list[str]) -> None:
    agreement = detector.compare(_deploy_cfg(config), files, detector.images[:1])
    assert is_good(agreement), agreement


def _cut(detector: SmallDetector, config: str, folder) -> list[str]:
    """Convert a detector and cut it as the partition of its name says."""
    deploy_cfg = _deploy_cfg(config)
    whole = str(folder / 'end2end.onnx')
    torch2onnx(detector.images[0], str(folder), 'end2end.onnx', deploy_cfg, detector.config, detector.checkpoint, 'cpu')
    files = []
    for part in get_predefined_partition_cfg(deploy_cfg, deploy_cfg.partition_config.type):
        files.append(str(folder / part['save_file']))
        extract_partition(whole, part['start'], part['end'], dynamic_axes=part['dynamic_axes'], save_file=files[-1])
    return files


@pytest.mark.parametrize('name', ['retinanet', 'fcos'])
def test_predefined_partition_of_one_stage(name, detectors, tmp_path):
    detector = detectors(name)
    config = 'single-stage_partition_onnxruntime_dynamic.py'
    files = _cut(detector, config, tmp_path)
    part = onnx.load(files[0])
    assert [v.name for v in part.graph.input] == ['input']
    assert {v.name for v in part.graph.output} == {'boxes', 'scores'}
    assert not {'NonMaxSuppression', 'Mark'} & {n.op_type for n in part.graph.node}
    _assert_same(detector, config, files)


def test_predefined_partition_of_two_stages(detectors, tmp_path):
    detector = detectors('faster_rcnn')
    config = 'two-stage_partition_onnxruntime_dynamic.py'
    files = _cut(detector, config, tmp_path)
    first, second = map(onnx.load, files)
    assert [v.name for v in first.graph.output] == [f'feat.{i}' for i in range(5)] + ['boxes', 'scores']
    assert [v.name for v in second.graph.input] == ['bbox_feats']
    assert [v.name for v in second.graph.output] == ['cls_score', 'bbox_pred']
    _assert_same(detector, config, files)


_FRESH = """
import sys
from mmdeploy.apis import inference_model
config, deploy_cfg, image, *files = sys.argv[1:]
print(len(inference_model(config, deploy_cfg, files, image, 'cpu')))
"""


def test_two_stages_that_are_cut_are_those_of_a_batch(detectors, tmp_path):
    """Images of different sizes and numbers of proposals; then one where nobody has imported the engine yet."""

    def few_proposals(model):
        model.test_cfg.rpn.update(nms_pre=5, nms=dict(type='nms', iou_threshold=0.3))
        model.test_cfg.rcnn.update(max_per_img=100)

    detector = SmallDetector('faster_rcnn', tmp_path, few_proposals)
    narrow, images = write_image(tmp_path / 'narrow.png', 5, 64, 70), detector.images[:2]
    config = 'two-stage_partition_onnxruntime_dynamic.py'
    files = _cut(detector, config, tmp_path)
    agreement = detector.compare(_deploy_cfg(config), files, images)
    assert is_good(agreement), agreement
    alone, behind = (detector.detect(_deploy_cfg(config), files, batch)
                     for batch in (images, [narrow, *images]))
    for boxes, same in zip(map(np.concatenate, alone), map(np.concatenate, behind[1:]), strict=True):
        assert (boxes[:, 2:4] > boxes[:, :2]).all() and boxes[:, 2].max() > 71
        np.testing.assert_allclose(same, boxes, atol=1e-3)
    run = subprocess.run([sys.executable, '-c', _FRESH, detector.config, f'{CONFIGS}/{config}', narrow, *files],
                         capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.split()[-1] == '1', run.stderr


def test_two_stages_in_ncnn(detectors, tmp_path):
    """Which of the proposals of a level are looked at is decided behind the first part."""
    detector = detectors('faster_rcnn')
    config = 'two-stage_partition_ncnn_static.py'
    files = get_backend_manager('ncnn').to_backend(_cut(detector, config, tmp_path), str(tmp_path),
                                                   _deploy_cfg(config), 'cpu')
    assert len(files) == 4
    _assert_same(detector, config, files)


def test_yolov3_is_cut_by_hand(detectors, tmp_path):
    """The example of the documentation's chapter on splitting models."""
    detector = detectors('yolov3')
    torch2onnx_tool.main([
        f'{CONFIGS}/yolov3_partition_onnxruntime_static.py', detector.config, detector.checkpoint, detector.images[0],
        '--work-dir', str(tmp_path)
    ])
    part = onnx.load(tmp_path / 'yolov3.onnx')
    assert {'yolo_head[0]:input', 'detector_forward[0]:input', 'detector_forward[0]:output'} <= set(
        load(tmp_path / 'end2end.onnx').marks())
    assert [v.name for v in part.graph.input] == ['input']
    assert [v.name for v in part.graph.output] == ['pred_maps.0', 'pred_maps.1', 'pred_maps.2']
    assert {n.op_type for n in part.graph.node} <= {'Conv', 'Clip', 'Add', 'LeakyRelu', 'Resize', 'Concat'}
    shapes = [[d.dim_value for d in v.type.tensor_type.shape.dim] for v in part.graph.output]
    assert shapes == [[1, 24, n, n] for n in (19, 38, 76)]


def test_unknown_partition():
    deploy_cfg = load_config(f'{CONFIGS}/detection_onnxruntime_static.py')[0]
    with pytest.raises(AssertionError, match='Unknown partition_type third_stage, allowed: single_stage, two_stage'):
        get_predefined_partition_cfg(deploy_cfg, 'third_stage')


def test_the_best_of_each_class_take_part():
    scores = torch.tensor([[[0.5, 0.], [0.7, 0.], [0.5, 0.], [0., 0.2]], [[0., 0.], [0., 0.3], [0.1, 0.], [0., 0.3]]])
    assert best_of_classes(scores, -1) is scores and best_of_classes(scores, 4) is scores
    # The first of equal ones.
    assert best_of_classes(scores, 2)[0].T.tolist() == torch.tensor([[0.5, 0.7, 0., 0.], [0., 0., 0., 0.2]]).tolist()
    assert best_of_classes(scores, 1)[1].T.tolist() == torch.tensor([[0., 0., 0.1, 0.], [0., 0.3, 0., 0.]]).tolist()
    boxes = torch.tensor([[[0., 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [40, 40, 50, 50]]])
    kept = [multiclass_nms(boxes, scores[:1], iou_threshold=0.5, nms_pre=count)[0] for count in (2, 3)]
    assert [int((dets[0, :, 4] > 0).sum()) for dets in kept] == [2, 3]


def test_proposals_are_selected_as_mmdet_does():
    """No score is too low, whatever else the settings say: mmdet does not read `score_thr` there."""
    deploy_cfg = _deploy_cfg('detection_onnxruntime_dynamic.py')
    rpn = mmcv.ConfigDict(nms_pre=30, max_per_img=300, nms=dict(iou_threshold=0.7), score_thr=0.5)
    assert get_proposal_params(deploy_cfg, rpn) == dict(
        max_output_boxes_per_class=300, iou_threshold=0.7, score_threshold=0.0, pre_top_k=-1, keep_top_k=300,
        nms_pre=30)


@pytest.mark.parametrize('agnostic', [True, False])
def test_a_region_without_area_has_no_boxes(agnostic):
    """Such rows stand behind the proposals, where there are fewer than can be kept."""
    from mmdet.models.roi_heads.bbox_heads import BBoxHead
    head = BBoxHead(num_classes=2, in_channels=2, reg_class_agnostic=agnostic)
    head.test_cfg = mmcv.ConfigDict(score_thr=0.05, max_per_img=100, nms=dict(type='nms', iou_threshold=0.5))
    rois = torch.tensor([[[0., 2, 2, 20, 20], [0, 0, 0, 0, 0], [0, 4, 4, 4, 9]]])
    dets, _ = select_boxes(_deploy_cfg('detection_onnxruntime_dynamic.py'), head, rois, torch.zeros(1, 3, 3),
                           torch.zeros(1, 3, 4 if agnostic else 8), (32, 32))
    found = dets[0, dets[0, :, 4] > 0]
    torch.testing.assert_close(found, torch.tensor([[2, 2, 20, 20, 1 / 3]] * 2), rtol=0, atol=1e-4)


def test_multiclass_nms_of_a_batch():
    boxes = torch.tensor([[[0., 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30]],
                          [[0, 0, 5, 5], [1, 1, 6, 6], [9, 9, 9, 9]]])
    scores = torch.tensor([[[0.9, 0.], [0.8, 0.], [0.1, 0.7]], [[0., 0.04], [0., 0.6], [0., 0.]]])
    dets, labels = _multiclass_nms(boxes, scores, iou_threshold=0.5, score_threshold=0.05, keep_top_k=3)
    assert dets.shape == (2, 3, 5)
    assert dets[0, :, 4].tolist() == pytest.approx([0.9, 0.7, 0.1])
    assert labels[0].tolist() == [0, 1, 0]
    assert dets[1, :, 4].tolist() == pytest.approx([0.6, 0, 0]) and labels[1, 0] == 1


def test_clip_bboxes():
    sides = [torch.tensor([-3., 2.]), torch.tensor([4., 50.]), torch.tensor([99., 7.]), torch.tensor([-1., 8.])]
    expected = [[0, 2], [4, 40], [30, 7], [0, 8]]
    for shape in ([40, 30], torch.tensor([40, 30])):
        for found, value in zip(clip_bboxes(*sides, shape), expected, strict=True):
            assert found.tolist() == pytest.approx(value)
    with pytest.raises(AssertionError, match=r'`max_shape` should be \[h, w\]'):
        clip_bboxes(*sides, [1, 2, 3])


@pytest.mark.parametrize('version', ['7.2.1', '8.0.1', None])
def test_clip_bboxes_in_tensorrt(version):
    """The rewrite is for version 8: it clips in the same way, and divides nothing."""
    sides = torch.tensor([[-3., 2., 1e9], [4., 50., -1.], [99., 7., 30.], [-1., 8., 40.]])
    versions = dict.fromkeys(get_backend_version(), None) | dict(tensorrt=version)

    def clip(sides, shape):
        return torch.stack(utils.clip_bboxes(*sides, shape))

    with patch('mmdeploy.core.rewriters.rewriter_utils.get_backend_version', lambda: versions):
        with RewriterContext({}, 'tensorrt'):
            assert hasattr(utils.clip_bboxes, 'mmdeploy_origin_func') == (version == '8.0.1')
            for shape in ([40, 30], torch.tensor([40, 30])):
                torch.testing.assert_close(
                    clip(sides, shape), torch.tensor([[0., 2., 30.], [4., 40., 0.], [30., 7., 30.], [0., 8., 40.]]))
        model = export_graph(clip, (sides, torch.tensor([40, 30])), 'tensorrt')
    torch.testing.assert_close(run_onnx(model, [sides, torch.tensor([21, 9])])[0], torch.tensor(
        [[0., 2., 9.], [4., 21., 0.], [9., 7., 9.], [0., 8., 21.]]))
    assert ('Div' in op_types(model)) == (version != '8.0.1')


def test_settings_of_the_post_processing():
    deploy_cfg = load_config(f'{CONFIGS}/detection_onnxruntime_static.py')[0]
    assert get_post_processing_params(deploy_cfg).keep_top_k == 100
    del deploy_cfg.codebase_config['post_processing']
    with pytest.raises(AssertionError, match='Failed to get `post_processing`.'):
        get_post_processing_params(deploy_cfg)


BOXES = torch.tensor([[[0., 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30]], [[0, 0, 5, 5], [1, 1, 6, 6], [9, 9, 9, 9]]])


@pytest.mark.parametrize('backend', ['onnxruntime', 'tensorrt', 'torchscript'])
def test_multiclass_nms_where_each_class_has_boxes(backend):
    """The same place in two classes: boxes that are apart in one, and overlap in the other."""
    boxes = torch.stack([BOXES, BOXES + torch.arange(3.).view(1, 3, 1) * 20], 2)
    scores = torch.tensor([[0.9, 0.8], [0.7, 0.6], [0.5, 0.4]]).repeat(2, 1, 1)
    with RewriterContext(_deploy_cfg('detection_onnxruntime_dynamic.py'), backend):
        from mmdeploy.codebase.mmdet.core import post_processing
        dets, labels = post_processing._multiclass_nms(boxes, scores, score_threshold=0.45, keep_top_k=4)
    kept = dets[..., 4] > 0
    assert [labels[i][kept[i]].tolist() for i in range(2)] == [[0, 1, 1, 0], [0, 1, 0, 1]]
    assert dets[0, :4, 4].tolist() == pytest.approx([0.9, 0.8, 0.6, 0.5])
    assert dets[0, 2, :4].tolist() == [20, 20, 30, 29] and dets[1, 2, :4].tolist() == [1, 1, 6, 6]


@pytest.mark.parametrize('backend', ['onnxruntime', 'tensorrt', 'torchscript'])
@pytest.mark.parametrize('own_boxes', [False, True])
@pytest.mark.parametrize('per_class, keep, found', [
    # The second class has the best boxes: of these two, then the other class's.
    (2, 3, [0.9, 0.8, 0.6]), (2, 6, [0.9, 0.8, 0.6, 0.5]), (2, -1, [0.9, 0.8, 0.6, 0.5]), (3, 3, [0.9, 0.8, 0.7]),
    (5, 4, [0.9, 0.8, 0.7, 0.6])])
def test_boxes_per_class_are_counted_by_class(backend, own_boxes, per_class, keep, found):
    corner = torch.arange(3.).view(1, 3, 1) * 20
    boxes = torch.cat([corner, corner, corner + 10, corner + 10], 2).repeat(2, 1, 1)
    scores = torch.tensor([[[0.6, 0.9], [0.5, 0.8], [0.4, 0.7]]]).repeat(2, 1, 1)
    boxes = torch.stack([boxes, boxes + 1], 2) if own_boxes else boxes
    with RewriterContext(_deploy_cfg('detection_onnxruntime_dynamic.py'), backend):
        from mmdeploy.codebase.mmdet.core import post_processing
        dets, labels = post_processing._multiclass_nms(
            boxes, scores, max_output_boxes_per_class=per_class, keep_top_k=keep)
    for det, label in zip(dets, labels, strict=True):
        kept = det[:, 4] > 0
        assert det[kept, 4].tolist() == pytest.approx(found)
        assert [round(x, 1) < 0.65 for x in found] == (label[kept] == 0).tolist()
        expected = [int(20 * (round((0.9 if label == 1 else 0.6) - score, 1) * 10) + (label if own_boxes else 0))
                    for label, score in zip(label[kept].tolist(), found, strict=True)]
        assert det[kept, 0].tolist() == pytest.approx(expected)


class _Wrapper(torch.nn.Module):
    """Stands for an engine: gives fixed outputs."""

    def __init__(self, outputs):
        super().__init__()
        self.outputs = outputs

    def forward(self, inputs):
        return self.outputs

    def output_to_list(self, outputs):
        return [torch.from_numpy(x) for x in outputs]


def _end2end_model(outputs, **post_processing) -> End2EndModel:
    deploy_cfg = load_config('configs/mmdet/instance-seg/instance-seg_onnxruntime_dynamic.py')[0]
    deploy_cfg.codebase_config.post_processing.update(post_processing)
    with patch.object(End2EndModel, '_init_wrapper', lambda self, **kwargs: None):
        model = End2EndModel(Backend.ONNXRUNTIME, [], 'cpu', ['a', 'b'], deploy_cfg)
    model.wrapper = _Wrapper(outputs)
    return model


METAS = [[dict(img_shape=(20, 30, 3), ori_shape=(40, 60, 3), scale_factor=np.array([.5, .5, .5, .5], 'f4'))]]


def test_masks_of_boxes_are_pasted_as_by_mmdet():
    dets = np.array([[[2, 3, 12, 13, .9], [10, 5, 35, 18, .8], [0, 0, 0, 0, 0]]], 'f4')
    masks = np.random.default_rng(0).random((1, 3, 7, 7)).astype('f4')
    model = _end2end_model([dets, np.array([[1, 0, 0]]), masks])
    image = [torch.zeros(1, 3, 32, 32)]
    (boxes, segments), = model(image, METAS)
    assert [len(x) for x in boxes] == [len(x) for x in segments] == [1, 1]
    np.testing.assert_allclose(boxes[1][0], [4, 6, 24, 26, .9])
    whole = End2EndModel.postprocessing_masks(dets[0, :2, :4] * 2, masks[0, :2], 60, 40).numpy() >= 0.5
    assert segments[1][0].dtype == bool and 0 < segments[0][0].sum()
    np.testing.assert_array_equal(segments[1][0], whole[0])
    np.testing.assert_array_equal(segments[0][0], whole[1])
    (boxes, segments), = model(image, METAS, rescale=False)
    assert segments[0][0].shape == (20, 30)


@pytest.mark.parametrize('kind', [bool, np.float32])
def test_masks_that_the_network_has_pasted(kind):
    dets = np.array([[[2, 3, 12, 13, .9], [0, 0, 0, 0, 0]]], 'f4')
    masks = np.zeros((1, 2, 32, 32), kind)
    masks[0, 0, 4:9, 5:7] = 1
    model = _end2end_model([dets, np.array([[1, 0]]), masks], export_postprocess_mask=True)
    (_, segments), = model([torch.zeros(1, 3, 32, 32)], METAS)
    assert segments[0] == [] and segments[1][0].shape == (40, 60)
    assert segments[1][0][8:18, 10:14].all() and segments[1][0].sum() == 40


def test_rows_without_a_box_have_no_mask():
    from mmdet.models import build_head
    head = build_head(dict(type='FCNMaskHead', num_convs=1, in_channels=2, conv_out_channels=2, num_classes=2))
    dets = torch.tensor([[2., 3, 12, 13, .9], [0, 0, 0, 0, 0], [1, 1, 4, 9, .1]])
    deploy_cfg = load_config('configs/mmdet/instance-seg/instance-seg_onnxruntime_dynamic.py')[0]
    with RewriterContext(deploy_cfg, 'onnxruntime'):
        masks = head.get_seg_masks(torch.ones(3, 2, 4, 4), dets, torch.tensor([0, -1, 1]), mmcv.Config(), [20, 30])
    assert masks.shape == (3, 1, 4, 4) and masks[1].abs().max() == 0 and masks[[0, 2]].min() > 0.7


def test_nothing_is_found():
    model = _end2end_model([np.zeros((1, 1, 5), 'f4'), np.zeros((1, 1), int), np.zeros((1, 1, 7, 7), 'f4')])
    (boxes, segments), = model([torch.zeros(1, 3, 32, 32)], METAS)
    assert [x.shape for x in boxes] == [(0, 5), (0, 5)] and segments == [[], []]


def test_boxes_end_where_the_image_does():
    """The network clips to its input, which is padded."""
    dets = np.array([[[2, 3, 32, 32, .9]]], 'f4')
    model = _end2end_model([dets, np.array([[0]])])
    model.read_model_cfg(detector_config('retinanet'))
    np.testing.assert_allclose(model([torch.zeros(1, 3, 32, 32)], METAS)[0][0][0], [4, 6, 60, 40, .9])
    model.read_model_cfg(detector_config('yolox'))
    np.testing.assert_allclose(model([torch.zeros(1, 3, 32, 32)], METAS)[0][0][0], [4, 6, 64, 64, .9])


@pytest.mark.parametrize('name,change,ends', [
    ('retinanet', dict(bbox_head=dict(bbox_coder=dict(clip_border=False))), [64, 64]),
    ('retinanet', dict(type='SingleStageDetector'), [60, 40]),
    ('tood', dict(type='ATSS'), [64, 64]),
    ('retinanet', dict(type='TOOD'), [60, 40]),
    ('fovea', {}, [58, 38]),
    ('reppoints', {}, [60, 40]),
    ('rpn', dict(rpn_head=dict(bbox_coder=dict(clip_border=False))), [64, 64]),
    ('faster_rcnn', dict(roi_head=dict(bbox_head=dict(bbox_coder=dict(clip_border=False)))), [64, 64]),
    ('faster_rcnn', dict(rpn_head=dict(bbox_coder=dict(clip_border=False))), [60, 40]),
    ('cascade_rcnn', {}, [60, 40]),
])
def test_boxes_end_where_the_head_says(name, change, ends):
    """Not where the name of the detector says."""
    config = detector_config(name)
    config.model = mmcv.ConfigDict(mmcv.Config._merge_a_into_b(change, config.model))
    model = _end2end_model([np.array([[[2, 3, 32, 32, .9]]], 'f4'), np.array([[0]])])
    model.read_model_cfg(config)
    found = model([torch.zeros(1, 3, 32, 32)], METAS)[0]
    boxes = found if name == 'rpn' else found[0]
    np.testing.assert_allclose(boxes[0], [4, 6, *ends, .9])


@pytest.mark.parametrize('name,config,message', [
    ('retinanet', 'instance-seg/instance-seg_onnxruntime_dynamic.py',
     "asks for 'masks', but the model RetinaNet has no mask_head; use a deploy config of configs/mmdet/detection"),
    ('mask_rcnn', 'detection/detection_onnxruntime_static.py',
     "lacks 'masks', which the model MaskRCNN gives; use a deploy config of configs/mmdet/instance-seg"),
    ('mask_rcnn', 'detection/two-stage_partition_ncnn_static.py', 'no part for the masks of the model MaskRCNN'),
    ('faster_rcnn', 'detection/single-stage_ncnn_static-300x300.py',
     'ncnn cannot run the model FasterRCNN as a whole: .*two-stage_partition_ncnn_static.py'),
    ('cascade_rcnn', 'detection/single-stage_ncnn_static-300x300.py',
     'ncnn cannot run the model CascadeRCNN as a whole: .*; convert it for another engine'),
    ('rpn', 'detection/single-stage_ncnn_static-300x300.py',
     'ncnn cannot run the model RPN as a whole: .*; convert it for another engine'),
    ('faster_rcnn', 'detection/single-stage_partition_onnxruntime_dynamic.py',
     "FasterRCNN has two stages and cannot be cut as a detector of one; set partition_config.type to 'two_stage'"),
    ('cascade_rcnn', 'detection/single-stage_partition_onnxruntime_dynamic.py',
     'CascadeRCNN has two stages and cannot be cut as a detector of one; leave out partition_config'),
    ('cascade_rcnn', 'detection/two-stage_partition_onnxruntime_dynamic.py',
     "'StandardRoIHead' only, found 'CascadeRoIHead'; leave out partition_config"),
    ('retinanet', 'detection/two-stage_partition_ncnn_static.py',
     "RetinaNet has one stage and cannot be cut as 'two_stage'; set partition_config.type to 'single_stage'"),
    ('rpn', 'detection/two-stage_partition_onnxruntime_dynamic.py',
     "RPN gives proposals and cannot be cut as 'two_stage'; leave out partition_config"),
    ('rpn', 'detection/single-stage_partition_onnxruntime_dynamic.py',
     "RPN gives proposals and cannot be cut as 'single_stage'; leave out partition_config"),
    ('retinanet', 'detection/single-stage_ncnn_dynamic.py', 'the size only that they were converted for'),
    ('tood', 'detection/single-stage_ncnn_static-300x300.py',
     'ncnn cannot run the head TOODHead, supported: RetinaHead.*; convert the model for another engine'),
    ('swin_retinanet', 'detection/single-stage_ncnn_static-300x300.py',
     'ncnn cannot run the backbone SwinTransformer: .*; convert the model for another engine'),
])
def test_configs_that_do_not_fit_are_refused_first(name, config, message):
    task = build_task_processor(detector_config(name), load_config(f'configs/mmdet/{config}')[0], 'cpu')
    with pytest.raises((ValueError, NotImplementedError), match=message):
        task.check_convertible()


@pytest.mark.parametrize('key,value', [('max_num', 3), ('score_threshold', 0.6), ('offset', 1), ('type', 'soft_nms'),
                                       ('class_agnostic', True)])
@pytest.mark.parametrize('name,stage', [('retinanet', None), ('faster_rcnn', 'rpn'), ('faster_rcnn', 'rcnn')])
def test_suppression_with_settings_that_nothing_obeys(key, value, name, stage):
    config = detector_config(name)
    task = build_task_processor(config, _deploy_cfg('detection_onnxruntime_dynamic.py'), 'cpu')
    test_cfg = config.model.test_cfg if stage is None else config.model.test_cfg[stage]
    test_cfg.nms.update(max_num=-1, score_threshold=0, offset=0, split_thr=7)
    task.check_convertible()
    test_cfg.nms[key] = value
    with pytest.raises(NotImplementedError, match=rf'test_cfg: nms.*{key}.* {value!r}.*, which cannot be converted'):
        task.check_convertible()


def test_boxes_that_are_not_suppressed_at_all():
    config = detector_config('retinanet')
    config.model.test_cfg.nms = None
    task = build_task_processor(config, _deploy_cfg('detection_onnxruntime_dynamic.py'), 'cpu')
    with pytest.raises(NotImplementedError, match="nms is None, which cannot be converted, allowed: type 'nms'"):
        task.check_convertible()


@pytest.mark.parametrize('test_cfg,post,message', [
    (dict(max_per_img=300), {}, 'max_output_boxes_per_class is 200, .*allowed: at least the 300 boxes that an image'),
    (dict(max_per_img=-1), {}, '-1 boxes per image cannot be kept by ncnn.*; set max_per_img .*, or keep_top_k'),
    ({}, dict(pre_top_k=-1), 'pre_top_k is -1, which ncnn cannot run, .*set it, e.g. to 5000'),
    ({}, dict(max_output_boxes_per_class=19), 'max_output_boxes_per_class is 19, .*allowed: at least the 20 boxes'),
])
def test_numbers_of_boxes_that_ncnn_has_no_limits_for(test_cfg, post, message):
    config, deploy_cfg = detector_config('retinanet'), _deploy_cfg('single-stage_ncnn_static-300x300.py')
    task = build_task_processor(config, deploy_cfg, 'cpu')
    task.check_convertible()
    config.model.test_cfg.update(test_cfg)
    deploy_cfg.codebase_config.post_processing.update(post)
    with pytest.raises(NotImplementedError, match=message):
        task.check_convertible()


@pytest.mark.parametrize('name,change,where', [
    ('retinanet', lambda model: model.bbox_head.update(num_classes=80), 'model.bbox_head'),
    ('cascade_rcnn', lambda model: model.roi_head.bbox_head[2].update(num_classes=80),
     r'model.roi_head.bbox_head\[2\]'),
    ('mask_rcnn', lambda model: model.roi_head.mask_head.update(num_classes=80), 'model.roi_head.mask_head'),
])
def test_wrong_number_of_classes(name, change, where):
    config = detector_config(name)
    change(config.model)
    kind = 'instance-seg' if name == 'mask_rcnn' else 'detection'
    deploy_cfg = load_config(f'configs/mmdet/{kind}/{kind}_onnxruntime_static.py')[0]
    task = build_task_processor(config, deploy_cfg, 'cpu')
    with pytest.raises(ValueError, match=f'{where}.num_classes is 80, but the data set has 3 classes'):
        task.check_convertible()


def test_an_engine_is_compared_after_boxes_are_matched():
    task = build_task_processor(detector_config('retinanet'), _deploy_cfg('detection_onnxruntime_dynamic.py'), 'cpu')
    dets = np.array([[[2, 3, 12, 13, .9], [20, 5, 30, 18, .9], [0, 0, 0, 0, 0]]], 'f4')
    labels = np.array([[1, 1, 0]])
    rows = dict(task.compare_outputs(dict(dets=dets, labels=labels), dict(dets=dets[:, [1, 0]], labels=labels[:, :2])))
    assert rows['boxes of PyTorch, of the engine, in both'] == '2, 2, 2'
    rows = np.array([[[2, .9, .1, .2, .3, .4], [2, .5, .12, .2, .3, .4]]], 'f4')
    text = dict(task.compare_outputs(dict(detection_output=rows), dict(detection_output=rows[:, :1])))
    assert text['boxes of one side only'].startswith('1 and 0')
    with pytest.raises(ValueError, match="output 'dets' of the engine is not finite"):
        task.compare_outputs(dict(dets=dets, labels=labels), dict(dets=dets * np.nan, labels=labels))
    with pytest.raises(ValueError, match="output 'dets' of PyTorch is not finite"):
        task.compare_outputs(dict(dets=dets * np.nan, labels=labels), dict(dets=dets, labels=labels))
    assert not task.finds_nothing(dict(dets=dets, labels=labels))
    assert task.finds_nothing(dict(dets=dets * 0, labels=labels))
    result = [np.zeros((0, 5)), dets[0, :2], np.zeros((0, 5))]
    assert ('images', '1') in task.compare_results([result], [result])


def test_disagreement_is_the_share_of_boxes_of_one_side():
    task = build_task_processor(detector_config('retinanet'), _deploy_cfg('detection_onnxruntime_dynamic.py'), 'cpu')
    x = np.arange(40) * 30
    dets = np.stack([x, x, x + 20, x + 20, np.linspace(.9, .5, 40)], 1)[None].astype('f4')
    labels = np.zeros((1, 40), int)

    def disagreement(found):
        return task.measure_disagreement(dict(dets=dets, labels=labels),
                                         dict(dets=found, labels=labels[:, :found.shape[1]]))

    assert disagreement(dets[:, ::-1]) == 0
    assert disagreement(dets[:, 10:]) == pytest.approx(10 / 70)
    assert disagreement(dets + np.array([7, 0, 7, 0, 0], 'f4')) > 0.9
    # Equal boxes of other scores are others.
    assert disagreement(dets * np.array([1, 1, 1, 1, .2], 'f4')) == pytest.approx(0.8)
    # Of two boxes one more is none.
    dets, labels = dets[:, :2], labels[:, :2]
    assert disagreement(dets[:, 1:]) < 0.1
    # What is cut before the boxes is compared as numbers.
    scores = dict(scores=np.array([[1., .5]]))
    assert task.measure_disagreement(scores, dict(scores=np.array([[1., .25]]))) == 0.25


def test_the_sdk_pastes_masks_itself():
    deploy_cfg = load_config('configs/mmdet/instance-seg/instance-seg_onnxruntime_static.py')[0]
    task = build_task_processor(detector_config('mask_rcnn'), deploy_cfg, 'cpu')
    assert task.get_sdk_save_file() == 'end2end.onnx' and task.get_sdk_head().component == 'ResizeInstanceMask'
    deploy_cfg.codebase_config.post_processing.export_postprocess_mask = True
    with pytest.raises(NotImplementedError, match='export_postprocess_mask to False in the deploy config'):
        task.get_sdk_save_file()
