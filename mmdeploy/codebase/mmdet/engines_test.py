"""Small detectors in engines: the boxes and masks of PyTorch.

`python -m tests.models.detectors_in_engines` runs every detector in every engine, static and dynamic.
"""
import mmcv
import numpy as np
import pytest

from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker, check_backend
from tests.models.detectors import DETECTORS, SEGMENTORS
from tests.models.detectors_in_engines import SmallDetector, is_good

# With open sizes each is run on an image, a batch, and an image of another size.
CASES = [
    *[('onnxruntime', 'dynamic', name) for name in (*DETECTORS, *SEGMENTORS)],
    *[('onnxruntime', 'static', name) for name in ('retinanet', 'faster_rcnn', 'mask_rcnn')],
    *[('openvino', 'dynamic', name) for name in ('ssd', 'vfnet')],
    *[('torchscript', 'dynamic', name) for name in ('retinanet', 'yolov3', 'reppoints', 'mask_rcnn')],
    *[('ncnn', 'static', name) for name in ('ssd', 'yolov3', 'yolox', 'vfnet', 'fcos')],
]


@pytest.fixture(scope='module')
def detectors(tmp_path_factory):
    made = {}

    def get(name: str) -> SmallDetector:
        if name not in made:
            made[name] = SmallDetector(name, tmp_path_factory.mktemp(name))
        return made[name]

    return get


@pytest.mark.parametrize('engine,kind,name', [
    pytest.param(*case, marks=backend_checker(Backend.get(case[0])), id='-'.join(case))
    for case in sorted(CASES, key=lambda case: case[2])
])
def test_same_as_pytorch(engine, kind, name, detectors):
    agreement = detectors(name).check(engine, kind)
    assert is_good(agreement), agreement


@pytest.mark.parametrize('engine', ['onnxruntime', 'openvino', 'torchscript'])
def test_masks_are_pasted_in_the_network(engine, detectors):
    """With `export_postprocess_mask` the network gives pixels of its input."""
    check_backend(Backend.get(engine))
    agreement = detectors('mask_rcnn').check(engine, 'dynamic', export_postprocess_mask=True)
    assert is_good(agreement), agreement


def _few_proposals(model: mmcv.ConfigDict) -> None:
    """Each level gives five at most: never as many as fit, and not the same number for each image."""
    model.test_cfg.rpn.update(nms_pre=5, max_per_img=50, nms=dict(type='nms', iou_threshold=0.3))
    model.test_cfg.rcnn.update(max_per_img=100, score_thr=0.05)


@pytest.mark.parametrize('name,engine', [
    ('faster_rcnn', 'onnxruntime'), ('faster_rcnn', 'openvino'), ('faster_rcnn', 'torchscript'),
    ('cascade_rcnn', 'onnxruntime'), ('mask_rcnn', 'torchscript')])
def test_no_proposal_gives_no_box(name, engine, tmp_path):
    """Rows that fill up the proposals of an image find nothing."""
    check_backend(Backend.get(engine))
    detector = SmallDetector(name, tmp_path, _few_proposals)
    deploy_cfg = detector.deploy_cfg(engine, 'dynamic')
    files = detector.convert(deploy_cfg, tmp_path / engine)
    for images in (detector.images[:1], detector.images[:2]):
        agreement = detector.compare(deploy_cfg, files, images)
        assert is_good(agreement), agreement
        for result in detector.detect(deploy_cfg, files, images):
            boxes = np.concatenate(result[0] if isinstance(result, tuple) else result)
            assert (boxes[:, 2:4] > boxes[:, :2]).all()
