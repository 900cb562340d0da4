"""Tests of how the SDK runs detectors that are cut; tests/verify/detector_test.py runs them."""
import mmcv
import pytest

from mmdeploy.codebase.mmdet.deploy.sdk_partition import CutTwoStage, find_cut
from mmdeploy.utils import load_config
from tests.models.detectors import detector_config

CONFIGS = 'configs/mmdet/detection'
SINGLE = 'single-stage_partition_onnxruntime_dynamic.py'
TWO = 'two-stage_partition_onnxruntime_dynamic.py'
YOLO = 'yolov3_partition_onnxruntime_static.py'


def _cut(name: str, deploy: str, **changes):
    model_cfg = detector_config(name)
    model_cfg.model = mmcv.ConfigDict(mmcv.Config._merge_a_into_b(changes, model_cfg.model))
    return find_cut('model', model_cfg, load_config(f'{CONFIGS}/{deploy}')[0])


def test_a_whole_model_is_not_cut():
    assert _cut('retinanet', 'detection_onnxruntime_dynamic.py') is None


def test_networks_and_steps_of_two_stages():
    cut = _cut('faster_rcnn', TWO)
    assert [tuple(network) for network in cut.networks()] == [('model', 'partition0.onnx'),
                                                              ('model_bbox_head', 'partition1.onnx')]
    steps = cut.steps(dict(name='model', module='Net', input=['prep_output'], output=['infer_output'],
                           use_vulkan=True))
    assert [step['name'] for step in steps] == ['model', 'roi_extractor', 'model_bbox_head', 'bbox_head']
    assert [step.get('use_vulkan') for step in steps if step['module'] == 'Net'] == [True, True]
    assert steps[-1]['output'] == ['infer_output']
    # As the rewrite of the region proposal network selects: all of its best, none by its score.
    assert steps[1]['params']['score_threshold'] == 0.0 and steps[1]['params']['keep_top_k'] == 50
    assert steps[1]['params']['max_output_boxes_per_class'] == 50 and steps[1]['params']['iou_threshold'] == 0.7


def test_thresholds_of_yolov3_are_looked_at_once():
    cut = _cut('yolov3', YOLO)
    decode = cut.steps(dict(name='model', input=['prep_output'], output=['infer_output']))[1]
    assert decode['params']['conf_thr'] == 0.005 and decode['params']['score_thr'] == 0.05
    assert cut.nms_params()['score_threshold'] == 0.0


@pytest.mark.parametrize('name, deploy, changes, message', [
    ('faster_rcnn', SINGLE, {}, "FasterRCNN has two stages and cannot be cut as a detector of one; set "
     "partition_config.type to 'two_stage'"),
    ('retinanet', TWO, {}, "RetinaNet has one stage and cannot be cut as 'two_stage'"),
    ('retinanet', YOLO, {}, "bbox_head of type 'RetinaHead' that is cut at yolo_head:input does not run"),
    ('faster_rcnn', TWO, dict(roi_head=dict(mask_head=dict(type='FCNMaskHead'))),
     "the parts of 'two_stage' give no masks, and the model has mask_head"),
    ('faster_rcnn', TWO, dict(roi_head=dict(type='CascadeRoIHead')),
     "with roi_head of type 'StandardRoIHead' only, found 'CascadeRoIHead'"),
    ('faster_rcnn', TWO, dict(roi_head=dict(bbox_roi_extractor=dict(roi_layer=dict(type='RoIPool')))),
     "with roi_layer of type 'RoIAlign' only, found 'RoIPool'"),
    ('faster_rcnn', TWO, dict(roi_head=dict(bbox_head=dict(bbox_coder=dict(type='TBLRBBoxCoder')))),
     "with bbox_coder of type 'DeltaXYWHBBoxCoder' only, found 'TBLRBBoxCoder'"),
    ('faster_rcnn', TWO, dict(roi_head=dict(bbox_head=dict(bbox_coder=dict(add_ctr_clamp=True)))),
     "bbox_coder.add_ctr_clamp is not known to the SDK's head of 'two_stage'; leave out partition_config, or"),
])
def test_what_the_sdk_has_no_steps_for_is_refused(name, deploy, changes, message):
    with pytest.raises(NotImplementedError) as error:
        _cut(name, deploy, **changes)
    assert message in str(error.value)


def test_other_cuts_are_refused():
    deploy_cfg = load_config(f'{CONFIGS}/{YOLO}')[0]
    deploy_cfg.partition_config.partition_cfg[0]['end'] = ['extract_feat:output']
    with pytest.raises(NotImplementedError, match="'yolov3_partition' does not run in the SDK, allowed: single_stage"):
        find_cut('model', detector_config('yolov3'), deploy_cfg)


def test_a_head_that_is_not_a_softmax_is_refused():
    with pytest.raises(NotImplementedError, match='custom_activation'):
        _cut('faster_rcnn', TWO, roi_head=dict(bbox_head=dict(loss_cls=dict(type='SeesawLoss', num_classes=3))))


def test_two_stages_are_known_by_their_ends():
    assert isinstance(_cut('faster_rcnn', TWO), CutTwoStage)
