"""Tests of detectors: converted, cut in parts, and put together again."""
import numpy as np
import onnx
import pytest
import torch

from mmdeploy.apis import build_task_processor, get_predefined_partition_cfg, torch2onnx
from mmdeploy.apis.onnx import extract_partition
from mmdeploy.backend.base.native import is_native_available
from mmdeploy.codebase.mmdet.core.post_processing import _multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import clip_bboxes, get_post_processing_params
from mmdeploy.graph import load
from mmdeploy.utils import load_config
from tests.models.detectors import CLASSES, DETECTORS, detector_config, randomize
from tools import torch2onnx as torch2onnx_tool

pytestmark = pytest.mark.skipif(not is_native_available(), reason='the engines are not built')
CONFIGS = 'configs/mmdet/detection'


@pytest.fixture(scope='module')
def image(tmp_path_factory) -> str:
    import cv2
    path = str(tmp_path_factory.mktemp('image') / 'image.png')
    cv2.imwrite(path, (np.random.default_rng(0).random((64, 96, 3)) * 255).astype(np.uint8))
    return path


class Detector:
    """A small detector with its files: model config, checkpoint, and what PyTorch answers for an image."""

    def __init__(self, name: str, folder, image: str):
        self.image = image
        config = detector_config(name)
        self.config, self.checkpoint = str(folder / f'{name}.py'), str(folder / f'{name}.pth')
        config.dump(self.config)
        deploy = load_config(f'{CONFIGS}/detection_onnxruntime_dynamic.py')[0]
        task = build_task_processor(config, deploy, 'cpu')
        model = task.init_pytorch_model()
        data, _ = task.create_input(image)
        randomize(model, data)
        torch.save(dict(state_dict=model.state_dict(), meta=dict(CLASSES=CLASSES)), self.checkpoint)
        with torch.no_grad():
            self.expected = model(**data, return_loss=False, rescale=True)[0]

    def convert(self, deploy_cfg: str, folder) -> str:
        """Export it; returns the path of the whole model."""
        torch2onnx(self.image, str(folder), 'end2end.onnx', f'{CONFIGS}/{deploy_cfg}', self.config, self.checkpoint,
                   'cpu')
        return str(folder / 'end2end.onnx')

    def detect(self, deploy_cfg: str, files: list[str]) -> list[np.ndarray]:
        """Run converted files on the image."""
        deploy_cfg, config = load_config(f'{CONFIGS}/{deploy_cfg}', self.config)
        task = build_task_processor(config, deploy_cfg, 'cpu')
        data, _ = task.create_input(self.image)
        return task.run_inference(task.init_backend_model(files), data)[0]


@pytest.fixture(scope='module')
def detectors(tmp_path_factory, image):
    made = {}

    def get(name: str) -> Detector:
        if name not in made:
            made[name] = Detector(name, tmp_path_factory.mktemp(name), image)
        return made[name]

    return get


def _assert_equal(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    assert [len(boxes) for boxes in found] == [len(boxes) for boxes in expected]
    assert sum(len(boxes) for boxes in expected) >= 10
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize('kind', ['static', 'dynamic'])
@pytest.mark.parametrize('name', DETECTORS)
def test_same_boxes_as_mmdet(name, kind, detectors, tmp_path):
    detector = detectors(name)
    config = f'detection_onnxruntime_{kind}.py'
    path = detector.convert(config, tmp_path)
    _assert_equal(detector.detect(config, [path]), detector.expected)
    dims = onnx.load(path).graph.input[0].type.tensor_type.shape.dim
    assert [bool(dim.dim_param) for dim in dims] == [kind == 'dynamic', False] + [kind == 'dynamic'] * 2


def _cut(detector: Detector, config: str, folder) -> list[str]:
    """Convert a detector and cut it as the partition of its name says."""
    whole = detector.convert(config, folder)
    deploy_cfg = load_config(f'{CONFIGS}/{config}')[0]
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
    _assert_equal(detector.detect(config, files), detector.expected)


def test_predefined_partition_of_two_stages(detectors, tmp_path):
    detector = detectors('faster_rcnn')
    config = 'two-stage_partition_onnxruntime_dynamic.py'
    files = _cut(detector, config, tmp_path)
    first, second = map(onnx.load, files)
    assert [v.name for v in first.graph.output] == [f'feat.{i}' for i in range(5)] + ['boxes', 'scores']
    assert [v.name for v in second.graph.input] == ['bbox_feats']
    assert [v.name for v in second.graph.output] == ['cls_score', 'bbox_pred']
    _assert_equal(detector.detect(config, files), detector.expected)


def test_yolov3_is_cut_by_hand(detectors, tmp_path):
    """The example of the documentation's chapter on splitting models."""
    detector = detectors('yolov3')
    torch2onnx_tool.main([
        f'{CONFIGS}/yolov3_partition_onnxruntime_static.py', detector.config, detector.checkpoint, detector.image,
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


def test_settings_of_the_post_processing():
    deploy_cfg = load_config(f'{CONFIGS}/detection_onnxruntime_static.py')[0]
    assert get_post_processing_params(deploy_cfg).keep_top_k == 100
    del deploy_cfg.codebase_config['post_processing']
    with pytest.raises(AssertionError, match='Failed to get `post_processing`.'):
        get_post_processing_params(deploy_cfg)
