"""The documented commands with a detector that has masks: conversion with pictures, and mAP in COCO format."""
import json
import logging
import re
from pathlib import Path

import cv2
import mmcv
import numpy as np
import pytest

from mmdeploy.backend.base.native import is_native_available
from mmdeploy.codebase.mmdet.deploy.compare import detections_of_result
from tests.models.detectors import CLASSES
from tests.models.detectors_in_engines import SmallDetector
from tools import deploy, test

pytestmark = pytest.mark.skipif(not is_native_available(), reason='the engines are not built')
CONFIG = 'configs/mmdet/instance-seg/instance-seg_onnxruntime_dynamic.py'


def _annotations(detector: SmallDetector) -> dict:
    """Return what PyTorch finds as the truth, in COCO format."""
    from pycocotools.mask import encode
    images, annotations = [], []
    for i, path in enumerate(detector.images):
        height, width = cv2.imread(path).shape[:2]
        images.append(dict(id=i, file_name=Path(path).name, height=height, width=width))
        found = detections_of_result(detector.expected([path])[0])
        for box, label, mask in zip(found.boxes.tolist(), found.labels.tolist(), found.masks, strict=True):
            segment = encode(np.asfortranarray(mask.astype(np.uint8)))
            x1, y1, x2, y2 = box[:4]
            annotations.append(dict(
                id=len(annotations) + 1, image_id=i, category_id=label, iscrowd=0, area=float(mask.sum()),
                bbox=[x1, y1, x2 - x1, y2 - y1],
                segmentation=dict(size=segment['size'], counts=segment['counts'].decode())))
    categories = [dict(id=i, name=name) for i, name in enumerate(CLASSES)]
    return dict(images=images, annotations=annotations, categories=categories)


@pytest.fixture(scope='module')
def detector(tmp_path_factory) -> SmallDetector:
    """With a data set whose annotations are what PyTorch finds."""
    detector = SmallDetector('mask_rcnn', tmp_path_factory.mktemp('mask_rcnn'))
    config = mmcv.Config.fromfile(detector.config)
    config.data.test.update(ann_file=str(detector.folder / 'truth.json'), img_prefix=str(detector.folder))
    config.dump(detector.config)
    (detector.folder / 'truth.json').write_text(json.dumps(_annotations(detector)))
    return detector


def _average_precisions(text: str, kind: str) -> list[float]:
    return [float(x) for x in re.findall(rf'{kind}_mAP : ([0-9.]+)', text)]


def test_a_detector_with_masks_from_conversion_to_map(detector, tmp_path, caplog, capsys):
    code = deploy.main([CONFIG, detector.config, detector.checkpoint, detector.images[0], '--work-dir', str(tmp_path)])
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert re.search(r'boxes of PyTorch, of the engine, in both\W+20, 20, 20', shown), shown
    pictures = [cv2.imread(str(tmp_path / f'output_{name}.jpg')) for name in ('pytorch', 'onnxruntime')]
    assert pictures[0].shape == (64, 96, 3)
    # mmdet varies the colours of masks by up to 30 at random, and JPEG blurs them.
    np.testing.assert_allclose(pictures[0].astype(int), pictures[1], atol=60)
    # Something is drawn.
    assert (pictures[0].astype(int) - cv2.imread(detector.images[0])).std() > 10

    caplog.set_level(logging.INFO)
    log = tmp_path / 'log.txt'
    test.main([CONFIG, detector.config, '--model', str(tmp_path / 'end2end.onnx'), '--metrics', 'bbox', 'segm',
               '--checkpoint', detector.checkpoint, '--log2file', str(log), '--out', str(tmp_path / 'out.pkl')])
    text = log.read_text()
    for kind in ('bbox', 'segm'):
        engine, pytorch = _average_precisions(text, kind)
        assert engine == pytest.approx(pytorch, abs=0.002) and engine > 0.9, text
    assert '60, 60, 60' in text
    results = mmcv.load(str(tmp_path / 'out.pkl'))
    assert len(results) == 3 and len(results[0]) == 2
