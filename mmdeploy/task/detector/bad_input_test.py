"""Detectors with images, models and parameters that hurt: a clear error, or the right result."""
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

mmdeploy_python = pytest.importorskip('mmdeploy_python')
GOLDEN = Path(__file__).parent / 'golden/model'


def changed(folder: Path, **post) -> str:
    """A copy of the golden model with other members of its post-processing; params are merged."""
    shutil.copytree(GOLDEN, folder / 'model')
    path = folder / 'model/pipeline.json'
    content = json.loads(path.read_text())
    task = content['pipeline']['tasks'][-1]
    task['params'].update(post.pop('params', {}))
    task.update(post)
    path.write_text(json.dumps(content))
    return str(folder / 'model')


def with_outputs(folder: Path, **outputs: np.ndarray) -> str:
    """A copy of the golden model whose network gives other outputs."""
    model = changed(folder)
    path = folder / 'model/boxes.json'
    content = json.loads(path.read_text())
    for name, array in outputs.items():
        shapes = [info for info in content['outputs'] if info['name'] == name]
        ops = [op for op in content['ops'] if op['output'] == name]
        for entry in shapes + ops:
            entry['shape'] = list(array.shape)
        ops[0]['values'] = array.astype(float).ravel().tolist()
    path.write_text(json.dumps(content))
    return model


def picture(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 90, np.uint8)


@pytest.mark.parametrize('size', [(1, 1), (1, 10000), (10000, 1)])
def test_an_image_of_any_shape(tmp_path, size):
    """Boxes end at the last pixel, and those that would begin behind it are none; one without an area has no mask."""
    detector = mmdeploy_python.Detector(changed(tmp_path, params=dict(min_bbox_size=0)), 'cpu')
    height, width = size
    boxes, labels, masks = detector(picture(*size))
    assert len(boxes) == len(labels) == len(masks) == 1
    assert (boxes[:, :4] >= 0).all()
    assert (boxes[:, 2] <= width - 1).all() and (boxes[:, 3] <= height - 1).all()
    assert all(mask.size == 0 for mask in masks)


def test_an_image_without_pixels_is_refused():
    detector = mmdeploy_python.Detector(str(GOLDEN), 'cpu')
    with pytest.raises(RuntimeError, match='image 0: image is empty: height 0, width 5'):
        detector(np.zeros((0, 5, 3), np.uint8))


def test_a_batch_of_different_sizes_is_one_by_one():
    detector = mmdeploy_python.Detector(str(GOLDEN), 'cpu')
    images = [picture(*size) for size in ((31, 17), (8, 8), (1, 50), (480, 640))]
    for found, image in zip(detector.batch(images), images, strict=True):
        boxes, labels, masks = detector(image)
        np.testing.assert_array_equal(found[0], boxes)
        np.testing.assert_array_equal(found[1], labels)
        for a, b in zip(found[2], masks, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize('component', ['ResizeBBox', 'ResizeInstanceMask'])
def test_nothing_found_is_an_empty_result(tmp_path, component):
    detector = mmdeploy_python.Detector(changed(tmp_path, component=component, params=dict(score_thr=0.9)), 'cpu')
    boxes, labels, masks = detector(picture(8, 8))
    assert boxes.shape == (0, 5) and labels.shape == (0, ) and masks == []


def test_a_network_without_rows_is_an_empty_result(tmp_path):
    model = with_outputs(tmp_path, dets=np.zeros((1, 0, 5)), labels=np.zeros((1, 0)), masks=np.zeros((1, 0, 4, 4)))
    assert len(mmdeploy_python.Detector(model, 'cpu')(picture(8, 8))[0]) == 0


def load_error(model: str) -> str:
    with pytest.raises(RuntimeError) as error:
        mmdeploy_python.Detector(model, 'cpu')
    return str(error.value)


def test_an_unknown_head_is_named_with_the_list(tmp_path):
    message = load_error(changed(tmp_path, component='SOLOHead'))
    assert "/tasks/2/component: unknown component 'SOLOHead' of mmdet, known: " in message
    for head in ('ResizeBBox', 'ResizeInstanceMask', 'RTMDetSepBNHead', 'YOLOV3Head', 'YOLOv5Head', 'BaseDenseHead'):
        assert f"'{head}'" in message


def test_masks_asked_of_a_model_without_them(tmp_path):
    model = changed(tmp_path)
    path = Path(model) / 'boxes.json'
    content = json.loads(path.read_text())
    content['outputs'] = [info for info in content['outputs'] if info['name'] != 'masks']
    content['ops'] = [op for op in content['ops'] if op['output'] != 'masks']
    path.write_text(json.dumps(content))
    assert "this component reads the network's output 'masks', found: 'dets', 'labels'" in load_error(model)


def test_fewer_masks_than_boxes_are_refused(tmp_path):
    detector = mmdeploy_python.Detector(with_outputs(tmp_path, masks=np.zeros((1, 2, 4, 4))), 'cpu')
    with pytest.raises(RuntimeError, match="'masks' has shape 1x2x4x4, expected 1xNxHxW with a mask for each box"):
        detector(picture(8, 8))


def test_a_label_that_is_none_is_refused(tmp_path):
    detector = mmdeploy_python.Detector(with_outputs(tmp_path, labels=np.full((1, 6), 0.5)), 'cpu')
    with pytest.raises(RuntimeError, match="output 'labels' holds 0.5 at element 0, which is no label"):
        detector(picture(8, 8))


def test_maps_where_boxes_are_expected(tmp_path):
    """A network that is cut needs the head of its cut."""
    model = changed(tmp_path, component='MultiClassNMS')
    assert "this component reads the network's output 'boxes', found: 'dets', 'labels', 'masks'" in load_error(model)
    shutil.rmtree(model)
    params = dict(anchor_generator=dict(strides=[8], base_sizes=[[[4, 4]]]))
    message = load_error(changed(tmp_path, component='YOLOV3Head', params=params))
    assert "this component reads 1 maps, the network has 3 outputs: 'dets', 'labels', 'masks'" in message
