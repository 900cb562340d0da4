"""Detectors in the SDK: converted with `tools/deploy.py --dump-info`, verified, and compared with mmdet."""
import json
import subprocess

import numpy as np
import pytest
import torch

from mmdeploy.apis import build_task_processor
from mmdeploy.utils import get_input_shape, load_config
from tests.models.detectors import CLASSES, detector_config, randomize
from tools import deploy as deploy_tool

HEIGHT, WIDTH = 64, 96


def as_the_sdk_does(result) -> list[tuple[np.ndarray, list | None]]:
    """Boxes and masks of each class. Boxes of mmdet end behind the last pixel or leave the image, those of the SDK stay
    on it; what then lies outside is dropped.
    """
    classes, segments = result if isinstance(result, tuple) else (result, None)
    found = []
    for label, boxes in enumerate(classes):
        boxes[:, :2] = np.maximum(boxes[:, :2], 0)
        boxes[:, 2:4] = np.minimum(boxes[:, 2:4], [WIDTH - 1, HEIGHT - 1])
        kept = np.flatnonzero((boxes[:, 2:4] >= boxes[:, :2]).all(1))
        found.append((boxes[kept], None if segments is None else [segments[label][i] for i in kept]))
    return found


# How each detector is converted.
DEPLOY = {
    'retinanet': 'detection/detection_onnxruntime_dynamic.py',
    'faster_rcnn': 'detection/detection_onnxruntime_dynamic.py',
    'mask_rcnn': 'instance-seg/instance-seg_onnxruntime_dynamic.py',
    'fcos cut': 'detection/single-stage_partition_onnxruntime_dynamic.py',
    'faster_rcnn cut': 'detection/two-stage_partition_onnxruntime_dynamic.py',
    'faster_rcnn cut, boxes per class': 'detection/two-stage_partition_onnxruntime_dynamic.py',
    'yolov3 cut': 'detection/yolov3_partition_onnxruntime_static.py',
    'retinanet ncnn': 'detection/single-stage_ncnn_static-300x300.py',
    'faster_rcnn ncnn': 'detection/two-stage_partition_ncnn_static.py',
    'fcos cut openvino': 'detection/single-stage_partition_onnxruntime_dynamic.py',
}
# What of a model's config is other than in tests/models/detectors.py.
CHANGES = {
    # ncnn's network gives all candidates: who selects proposals looks at the best of a level only.
    'faster_rcnn ncnn': dict(test_cfg=dict(rpn=dict(nms_pre=30, max_per_img=300), rcnn=dict(max_per_img=200))),
    'faster_rcnn cut, boxes per class': dict(roi_head=dict(bbox_head=dict(reg_class_agnostic=False))),
}


@pytest.fixture(scope='module', params=DEPLOY)
def detector(request, tmp_path_factory, repository):
    """Folder of an SDK model, its image, and what mmdet detects in it: boxes and masks per class."""
    import cv2
    name = request.param.split()[0]
    folder = tmp_path_factory.mktemp(name)
    image, config, checkpoint = (str(folder / name) for name in ('image.png', 'config.py', 'model.pth'))
    cv2.imwrite(image, (np.random.default_rng(0).random((HEIGHT, WIDTH, 3)) * 255).astype(np.uint8))
    model_cfg = detector_config(name)
    model_cfg.merge_from_dict(dict(model=CHANGES.get(request.param, {})))
    model_cfg.dump(config)
    deploy = str(repository / 'configs/mmdet' / DEPLOY[request.param])
    if 'openvino' in request.param:  # which has no config of its own for parts
        (folder / 'deploy.py').write_text(f'_base_ = [{deploy!r}]\nbackend_config = dict(type="openvino")\n')
        deploy = str(folder / 'deploy.py')
    deploy_cfg = load_config(deploy)[0]
    task = build_task_processor(model_cfg, deploy_cfg, 'cpu')
    model = task.init_pytorch_model()
    data, _ = task.create_input(image, get_input_shape(deploy_cfg))
    randomize(model, data)
    torch.save(dict(state_dict=model.state_dict(), meta=dict(CLASSES=CLASSES)), checkpoint)
    with torch.no_grad():
        expected = as_the_sdk_does(model(**data, return_loss=False, rescale=True)[0])
    assert deploy_tool.main([deploy, config, checkpoint, image, '--work-dir', str(folder / 'sdk'), '--dump-info']) == 0
    return folder / 'sdk', image, expected


def test_the_model_is_verified(detector, mmdeploy_command):
    folder, _, _ = detector
    done = subprocess.run([mmdeploy_command, 'verify', str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    post = json.loads((folder / 'golden/golden.json').read_text())['stages'][-1]
    assert post['type'] == 'Detection' and len(post['result']) > 3
    assert json.loads((folder / 'detail.json').read_text())['classes'] == list(CLASSES)


def test_a_cut_model_is_verified_step_by_step(detector):
    """Each task of pipeline.json has its own golden data, the parts between networks as well."""
    folder, _, _ = detector
    tasks = json.loads((folder / 'pipeline.json').read_text())['pipeline']['tasks']
    stages = json.loads((folder / 'golden/golden.json').read_text())['stages']
    assert [stage['node'] for stage in stages] == [task['name'] for task in tasks]
    assert all(stage['tensors'] for stage in stages[:-1])


def test_a_moved_box_is_named(detector, mmdeploy_command, tmp_path):
    import shutil
    folder = shutil.copytree(detector[0], tmp_path / 'moved')
    path = folder / 'golden/golden.json'
    golden = json.loads(path.read_text())
    golden['stages'][-1]['result'][1]['bbox'][0] += 0.5
    path.write_text(json.dumps(golden))
    done = subprocess.run([mmdeploy_command, 'verify', str(folder)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "FAILED: the first stage that differs is 'postprocess', its 'result': place 2 is label" in done.stdout


def test_boxes_are_those_of_mmdet(detector):
    import cv2
    from mmdeploy_python import Detector
    folder, image, expected = detector
    bboxes, labels, masks = Detector(str(folder), 'cpu')(cv2.imread(image))
    assert len(masks) == len(bboxes)
    for label, (boxes, segments) in enumerate(expected):
        found = bboxes[labels == label]
        assert found.shape == boxes.shape
        np.testing.assert_allclose(found, boxes, rtol=1e-3, atol=1e-2)
        own = [mask for mask, of in zip(masks, labels, strict=True) if of == label]
        for mask, box, segment in zip(own, found, segments or own, strict=True):
            assert (mask.size == 0) == (segments is None)
            assert segments is None or (paste(mask, box) == segment).mean() > 0.98


def paste(mask: np.ndarray, box: np.ndarray) -> np.ndarray:
    """A mask of the image: that of the SDK begins a pixel outside of the box."""
    whole = np.zeros((HEIGHT, WIDTH), bool)
    left, top = (max(int(np.floor(side)) - 1, 0) for side in box[:2])
    whole[top:top + mask.shape[0], left:left + mask.shape[1]] = mask > 0
    return whole


def test_results_are_printed_and_drawn(detector, mmdeploy_command, tmp_path):
    folder, image, expected = detector
    done = subprocess.run([mmdeploy_command, 'infer', str(folder), image, '--out', str(tmp_path)], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    count = sum(len(boxes) for boxes, _ in expected)
    assert done.stdout.count(' bbox ') == count
    assert any(f'label {i} {name}  score ' in done.stdout for i, name in enumerate(CLASSES))
    assert (tmp_path / 'image_result.png').exists()
    as_json = subprocess.run([mmdeploy_command, 'infer', str(folder), image, '--json'], capture_output=True, text=True)
    result = json.loads(as_json.stdout)[0]['result']
    assert len(result) == count and set(result[0]) == {'label_id', 'score', 'bbox', 'mask'}


def takes_any_size(folder) -> bool:
    """Whether the network's input is open, or all images are resized to it."""
    network = json.loads((folder / 'deploy.json').read_text())['models'][0]
    return network['dynamic_shape'] or 'keep_ratio": false' in (folder / 'pipeline.json').read_text()


@pytest.mark.parametrize('size', [(1, 1), (1, 10000), (10000, 1)])
def test_images_of_extreme_shapes(detector, size):
    """A network with one input size takes all; where the ratio is kept nothing would be left of the longest."""
    from mmdeploy_python import Detector
    folder, _, _ = detector
    image = np.full((*size, 3), 90, np.uint8)
    if not takes_any_size(folder) or ('keep_ratio": true' in (folder / 'pipeline.json').read_text() and size != (1, 1)):
        with pytest.raises(RuntimeError, match='it is too long for its width|the network takes float32'):
            Detector(str(folder), 'cpu')(image)
    else:
        boxes, labels, _ = Detector(str(folder), 'cpu')(image)
        assert len(boxes) == len(labels) and (boxes[:, :4] >= 0).all()
        assert (boxes[:, [2, 3]] <= [size[1] - 1, size[0] - 1]).all()


def test_a_batch_gives_what_single_images_give(detector, tmp_path):
    """Networks fill up the rows of a batch; with batch_size in deploy.json images share a call."""
    import shutil

    import cv2
    from mmdeploy_python import Detector
    folder, image, _ = detector
    batched = shutil.copytree(folder, tmp_path / 'batched')
    deploy = json.loads((batched / 'deploy.json').read_text())
    # A network with one input size takes one image: then they flow one by one.
    deploy['models'][0]['batch_size'] = 3 if deploy['models'][0]['dynamic_shape'] else 1
    (batched / 'deploy.json').write_text(json.dumps(deploy))
    pixels = cv2.imread(image)
    images = [pixels, np.ascontiguousarray(pixels[::-1]), np.zeros_like(pixels), np.ascontiguousarray(pixels[:, ::-1]),
              pixels[:50, :20].copy()]
    images = images if takes_any_size(folder) else images[:-1]
    one = Detector(str(folder), 'cpu')
    for found, (boxes, labels, _) in zip(Detector(str(batched), 'cpu').batch(images), map(one, images), strict=True):
        np.testing.assert_array_equal(found[1], labels)
        np.testing.assert_allclose(found[0], boxes, rtol=1e-4, atol=1e-3)
