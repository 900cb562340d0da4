"""Tests of what the task processor answers for the SDK; tests/verify/detector_test.py runs its models."""
import numpy as np
import pytest

from mmdeploy.apis import build_task_processor
from mmdeploy.utils import load_config
from tests.models.detectors import detector_config


def _task(name: str, deploy: str, **post):
    deploy_cfg = load_config(f'configs/mmdet/{deploy}')[0]
    deploy_cfg.codebase_config.post_processing.update(post)
    return build_task_processor(detector_config(name), deploy_cfg, 'cpu')


def test_rows_of_ncnn_are_those_of_other_engines():
    task = _task('retinanet', 'detection/single-stage_ncnn_static-300x300.py')
    metas = dict(ori_shape=(20, 30, 3), img_shape=(40, 60, 3), pad_shape=(64, 64, 3), scale_factor=[2.] * 4)
    rows = np.float32([[2, 0.5, 0, 0.25, 0.5, 1], [1, 0.01, 0, 0, 1, 1]])[None]
    kind, result = task.get_reference_result(dict(detection_output=rows), metas)
    # Label 0 is the background; the second row is below the threshold.
    assert kind == 'Detection' and result == [dict(label_id=1, score=0.5, bbox=[0, 8, 16, 19])]
    dets = np.float32([[0, 16, 32, 64, 0.5]])[None]
    assert task.get_reference_result(dict(dets=dets, labels=np.int64([[1]])), metas)[1] == result


def test_a_network_that_pastes_masks_is_refused():
    task = _task('mask_rcnn', 'instance-seg/instance-seg_onnxruntime_dynamic.py')
    assert task.get_sdk_head().component == 'ResizeInstanceMask'
    assert task.get_sdk_save_file() == 'end2end.onnx'
    task = _task('mask_rcnn', 'instance-seg/instance-seg_onnxruntime_dynamic.py', export_postprocess_mask=True)
    with pytest.raises(NotImplementedError, match='set .*post_processing.export_postprocess_mask to False'):
        task.get_sdk_save_file()


def test_thresholds_of_heads():
    params = _task('yolov3', 'detection/detection_onnxruntime_dynamic.py').get_sdk_head().params
    assert (params['conf_thr'], params['score_thr'], params['min_bbox_size']) == (0.005, 0.05, 0)
    params = _task('faster_rcnn', 'detection/detection_onnxruntime_dynamic.py').get_sdk_head().params
    assert (params['score_thr'], params['min_bbox_size']) == (0.05, 0)
