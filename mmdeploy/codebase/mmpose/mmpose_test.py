"""The task processor of mmpose: inputs, what the SDK gets, results, and what is refused."""
import json
import subprocess
from pathlib import Path

import cv2
import mmcv
import numpy as np
import pytest

from mmdeploy.apis import build_task_processor
from mmdeploy.codebase.mmpose.deploy.pose_detection import HEADS, PoseDetection, process_model_config
from mmdeploy.utils import load_config

ROOT = Path(__file__).resolve().parents[3]
MODEL, CHECKPOINT = str(ROOT / 'zoo/mmpose/hrnet_stick_figures.py'), str(ROOT / 'zoo/mmpose/hrnet_stick_figures.pth')
IMAGE = np.random.default_rng(0).integers(0, 255, (70, 50, 3), np.uint8)


def task_of(kind: str = 'onnxruntime_static', **options) -> PoseDetection:
    deploy_cfg, model_cfg = load_config(str(ROOT / f'configs/mmpose/pose-detection_{kind}.py'), MODEL)
    deploy_cfg.merge_from_dict(options)
    return build_task_processor(model_cfg, deploy_cfg, 'cpu')


def test_paths_and_pixels_are_one_input(tmp_path):
    path = str(tmp_path / 'image.png')
    cv2.imwrite(path, IMAGE)
    task = task_of()
    data, tensor = task.create_input(path)
    assert tensor.shape == (1, 3, 96, 64) and tensor is data['img']
    assert (task.create_input(IMAGE)[1] == tensor).all()
    np.testing.assert_allclose(data['img_metas'][0]['center'], [25, 35])
    batch, tensors = task.create_input([IMAGE, IMAGE[:30]], (32, 48))
    assert tensors.shape == (2, 3, 48, 32) and len(batch['img_metas']) == 2


def test_files_that_are_no_images_are_named(tmp_path):
    path = tmp_path / 'image.png'
    with pytest.raises(FileNotFoundError, match=r"image\.png': there is no such file"):
        task_of().create_input(str(path))
    path.write_text('text')
    with pytest.raises(ValueError, match=r"image\.png' cannot be read, expected a file that OpenCV knows"):
        task_of().create_input(str(path))


def test_results_of_pytorch_have_the_form_that_mmpose_evaluates():
    task = task_of()
    data, _ = task.create_input(IMAGE)
    result = task.run_inference(task.init_pytorch_model(CHECKPOINT), data)[0]
    assert result['preds'].shape == (1, 11, 3) and result['boxes'].shape == (1, 6)
    rows = dict(task.compare_results([result], [dict(result, preds=result['preds'] + [3, 4, 0.5])]))
    assert rows['median distance, pixels'] == '5' and rows['largest difference of a score'] == '0.5'


def test_steps_of_the_sdk():
    steps = {step['type']: step for step in task_of().get_preprocess()}
    assert list(steps) == ['LoadImageFromFile', 'TopDownGetBboxCenterScale', 'TopDownAffine', 'Normalize',
                           'ImageToTensor', 'Collect']
    assert steps['TopDownAffine']['image_size'] == steps['TopDownGetBboxCenterScale']['image_size'] == [64, 96]
    np.testing.assert_allclose(steps['Normalize']['mean'], [123.675, 116.28, 103.53])
    assert steps['Normalize']['to_rgb'] is True
    head = task_of().get_sdk_head()
    assert head.component == 'TopdownHeatmapSimpleHeadDecode' and head.params['post_process'] == 'unbiased'
    labels = task_of().get_labels()
    assert labels.names[2] == 'right_elbow' and labels.palette[2] == [255, 80, 30]


def test_heads_of_sdk_models_are_those_of_the_library():
    command = [ROOT / 'build/bin/mmdeploy', 'schema']
    heads = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)['heads']
    assert {f'mmpose.{name}Decode' for name in HEADS} <= set(heads)


def test_old_pipelines_get_the_step_that_makes_centre_and_scale():
    model_cfg = load_config(MODEL)[0]
    model_cfg.test_pipeline = [dict(type='LoadImageFromFile', channel_order='bgr'), dict(type='TopDownAffine'),
                               dict(type='ToTensor'), dict(type='Collect', keys=['img'], meta_keys=[])]
    steps = process_model_config(model_cfg, [''], [32, 48]).test_pipeline
    assert [step['type'] for step in steps[1:3]] == ['TopDownGetBboxCenterScale', 'TopDownAffine']
    assert steps[1]['image_size'] == [32, 48] and steps[1]['padding'] == 1.25
    normalize = next(step for step in steps if step['type'] == 'Normalize')
    assert normalize['std'] == [255, 255, 255] and normalize['to_rgb'] is False
    model_cfg.test_pipeline = None
    with pytest.raises(KeyError, match='test_pipeline is missing; it says how images are preprocessed'):
        process_model_config(model_cfg, [''])


def test_points_that_are_nowhere_have_a_place_of_ours():
    """mmpose reads the neighbours of another cell there."""
    task = task_of()
    task.model_cfg.model.test_cfg = mmcv.ConfigDict(use_udp=True)
    maps = np.full((1, 11, 24, 16), -1, np.float32)
    maps[0, 1:, 5, 4] = 2
    meta = dict(center=np.array([16, 24], np.float32), scale=np.array([0.15, 0.23], np.float32), image_file=None)
    kind, result = task.get_reference_result(dict(output=maps), meta)
    assert kind == 'PoseDetection' and len(result['points']) == 11
    np.testing.assert_allclose(result['points'][0], [16 - 15 - 30 / 15, 24 - 23 - 46 / 23], atol=1e-4)
    assert result['scores'][0] == -1


def test_differences_that_make_results_worse_are_said(caplog):
    task = task_of('torchscript')  # 192x256
    task.model_cfg.model.test_cfg.flip_test = True
    with caplog.at_level('WARNING', 'mmdeploy'):
        task.check_convertible()
    assert 'input_shape [192, 256] (width, height), the model was trained with' in caplog.text
    assert 'flip_test is True' in caplog.text


def test_what_is_not_possible_is_refused():
    task = task_of()
    for change, message in ((dict(type='AssociativeEmbedding'), "model.type is 'AssociativeEmbedding'"),
                            (dict(backbone=dict(type='TCFormer')), "backbone.type is 'TCFormer'"),
                            (dict(keypoint_head=dict(type='AESimpleHead')),
                             "keypoint_head.type is 'AESimpleHead'; allowed: Topdown")):
        task = task_of()
        task.model_cfg.model.update(change)
        with pytest.raises(NotImplementedError, match=message):
            task.check_convertible()
        with pytest.raises(NotImplementedError, match=message):
            task.init_pytorch_model()
    with pytest.raises(NotImplementedError, match='leave out --format-only'):
        task.evaluate_outputs(task.model_cfg, [], None, format_only=True)
    with pytest.raises(NotImplementedError, match='leave out --show and --show-dir'):
        task.single_gpu_test(None, None, show=True)
    with pytest.raises(NotImplementedError, match='from_mmrazor is True, .*no models of mmpose; leave it'):
        task_of(**{'codebase_config.from_mmrazor': True}).init_pytorch_model()
    with pytest.raises(KeyError, match='ext_info.image_size is missing'):
        sdk = task_of('sdk_static-256x192')
        sdk.deploy_cfg.pop('ext_info')
        sdk.init_backend_model([str(ROOT / 'mmdeploy/task/pose_detector/golden/model')])


def test_a_model_of_the_sdk_answers_like_mmpose():
    """Boxes are x, y, width, height; without one the whole image is."""
    model = task_of('sdk_static-256x192').init_backend_model(
        [str(ROOT / 'mmdeploy/task/pose_detector/golden/model')])
    images = IMAGE[None]
    whole = model(images)
    boxed = model(images, [dict(bbox=np.array([0, 0, 50, 70]), bbox_score=0.5, image_file='a.png', bbox_id=3)])
    np.testing.assert_array_equal(whole['preds'], boxed['preds'])
    assert boxed['boxes'].shape == (1, 6) and boxed['boxes'][0, 5] == 0.5
    assert boxed['image_paths'] == ['a.png'] and boxed['bbox_ids'] == [3]
