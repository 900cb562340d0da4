"""Text and pose models, small, as SDK models: what the SDK makes of images, against the code base itself.

    python -m tests.models.sdk_models [NAMES...]

Each is converted by tools/deploy.py for ONNX Runtime, in open sizes; then images of several sizes go through the whole
of both: preprocessing, network, post-processing.
"""
import argparse
import copy
import os.path as osp
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence

import cv2
import mmcv
import mmocr.datasets  # noqa: F401  registers the steps of pipelines
import numpy as np
import torch
from mmdeploy_python import PoseDetector, TextDetector, TextRecognizer
from mmocr.apis import model_inference
from mmpose.apis import inference_top_down_pose_model
from mmpose.datasets import DatasetInfo

from mmdeploy.codebase.mmocr.deploy.check import SDK_HEADS
from tests.exports import models
from tests.models import poses, text_models
from tools import deploy

DETECTORS = tuple(name for name, small in text_models.MODELS.items()
                  if small.task == 'text-detection' and name != 'TextSnake')  # the SDK has no head for it
RECOGNISERS = tuple(name for name, small in text_models.MODELS.items() if small.task == 'text-recognition')
NAMES = (*DETECTORS, *RECOGNISERS, *poses.NAMES)
# Of images, (height, width): no multiples of anything, and none higher than wide, which mmocr turns.
SIZES = ((37, 141), (64, 64), (31, 203))
# Pixels of the image, of its scores. Of a page whose maps are nearly flat a text may be there or not.
CORNERS, POINTS, SCORES, AT_THRESHOLD = 0.05, 0.1, 1e-3, 0.05


def _images() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [cv2.resize(rng.integers(0, 256, (7, 19, 3), np.uint8), size[::-1], interpolation=cv2.INTER_CUBIC)
            for size in SIZES]


def convert(name: str, cfg: mmcv.Config, model: torch.nn.Module, deploy_cfg: str, folder: str) -> str:
    """Write an SDK model with golden data.

    Raises:
        RuntimeError: tools/deploy.py failed; its messages are in the log.
    """
    files = [osp.join(folder, file) for file in ('small.py', 'small.pth', 'image.png')]
    cfg.dump(files[0])
    torch.save(dict(state_dict=model.state_dict()), files[1])
    cv2.imwrite(files[2], _images()[0])
    work_dir = osp.join(folder, 'model')
    if deploy.main([f'configs/{deploy_cfg}.py', *files, '--work-dir', work_dir, '--dump-info', '--log-level', 'ERROR']):
        raise RuntimeError(f'{name}: the conversion failed, see the log')
    return work_dir


def _spread_maps(model: torch.nn.Module) -> None:
    """Let a detector of random weights find texts: a part of the maps is well above the thresholds."""
    head = model.bbox_head
    last = head.binarize[-2] if hasattr(head, 'binarize') else head.out_conv
    count = 2 if type(head).__name__ == 'PANHead' else last.out_channels
    with torch.no_grad():
        seen = []
        handle = last.register_forward_hook(
            lambda module, inputs, output: seen.append(output[0, :count].flatten(1).clone()))
        model_inference(model, _images()[0])
        handle.remove()
        scale, shift = 6 / seen[0].std(1), seen[0].quantile(0.6, 1)
        # [out, in, h, w], of a transposed convolution [in, out, h, w]
        weight = last.weight.transpose(0, 1) if isinstance(last, torch.nn.ConvTranspose2d) else last.weight
        weight[:count] *= scale[:, None, None, None]
        last.bias[:count] = (last.bias[:count] - shift) * scale
        weight[count:] *= 0.1  # PANet's embeddings: of neighbours they are alike


def _text_model(name: str) -> tuple[mmcv.Config, torch.nn.Module]:
    model = text_models.build(name).model
    cfg, model.cfg = model.cfg, copy.deepcopy(model.cfg)  # mmocr changes its own
    if name in DETECTORS:
        head = cfg.model.bbox_head
        assert head.type in SDK_HEADS
        # Rectangles are what the SDK has.
        head.setdefault('postprocessor', dict(type=head.type.replace('Head', 'Postprocessor')))
        head.postprocessor.text_repr_type = model.bbox_head.postprocessor.text_repr_type = 'quad'
        for pipeline in (cfg.data.test.pipeline, model.cfg.data.test.pipeline):
            pipeline[1].img_scale = (333, 190)
        _spread_maps(model)
    return cfg, model


def _compare_boundaries(expected: Sequence[Sequence[float]], found: np.ndarray, least: float) -> None:
    """Compare in order; texts whose score is nearly the least one may be missing."""
    sure = [np.array([row for row in rows if row[-1] > least + AT_THRESHOLD]).reshape(-1, 9)
            for rows in (expected, found)]
    assert sure[0].shape == sure[1].shape, f'{len(sure[1])} texts, expected {len(sure[0])}'
    # Rectangles of the same corners may begin at another one.
    for mine, other in zip(*sure, strict=True):
        corners = mine[:8].reshape(4, 2), other[:8].reshape(4, 2)
        far = min(np.abs(corners[0] - np.roll(corners[1], k, 0)).max() for k in range(4))
        assert far < CORNERS and abs(mine[8] - other[8]) < SCORES, f'{other}, expected {mine}'


def prove_detector(name: str, folder: str) -> str:
    """Compare a text detector; return what was compared."""
    cfg, model = _text_model(name)
    sdk = TextDetector(convert(name, cfg, model, 'mmocr/text-detection/text-detection_onnxruntime_dynamic', folder),
                       'cpu')
    least = getattr(model.bbox_head.postprocessor, 'min_text_score', None)
    if least is None:
        least = model.bbox_head.postprocessor.min_text_avg_confidence
    count = 0
    for image in _images():
        expected = model_inference(model, image.copy())['boundary_result']
        _compare_boundaries(expected, sdk(image), least)
        count += len(expected)
    assert count, 'no text was found'
    return f'{count} texts'


def prove_recogniser(name: str, folder: str) -> str:
    """Compare a text recogniser; return what was compared."""
    cfg, model = _text_model(name)
    sdk = TextRecognizer(
        convert(name, cfg, model, 'mmocr/text-recognition/text-recognition_onnxruntime_dynamic', folder), 'cpu')
    texts = []
    for image in _images():
        expected = model_inference(model, image.copy())
        text, scores = sdk(image)
        assert text == expected['text'], f'{text!r}, expected {expected["text"]!r}'
        if np.ndim(expected['score']) == 0:  # of images that might be turned mmocr gives a mean
            scores = np.sum(scores) / max(1, len(text))
        far = np.abs(np.subtract(scores, expected['score'])).max(initial=0)
        assert far < SCORES, f'{scores}, expected {expected["score"]}'
        texts.append(text)
    assert any(texts), 'no text was read'
    return ', '.join(map(repr, texts))


def prove_pose_detector(name: str, folder: str) -> str:
    """Compare a pose detector for boxes inside of images, across their edges, and of one pixel."""
    cfg = models.read_config('mmpose', poses.MODELS[name])
    cfg.model.test_cfg.flip_test = False  # the SDK looks once
    model = poses.build(name)[0]
    model.test_cfg = cfg.model.test_cfg
    model.cfg = cfg
    if model.keypoint_head.test_cfg is not None:
        model.keypoint_head.test_cfg = cfg.model.test_cfg
    sdk = PoseDetector(convert(name, copy.deepcopy(cfg), model, 'mmpose/pose-detection_onnxruntime_static', folder),
                       'cpu')
    seen = same = 0
    for image in _images():
        height, width = image.shape[:2]
        boxes = np.array([[0, 0, width - 1, height - 1], [5, 3, 30, 29], [-8, 10, 20.5, 60], [7, 7, 7, 7]], np.float32)
        people = [dict(bbox=np.array([x0, y0, x1 - x0 + 1, y1 - y0 + 1])) for x0, y0, x1, y1 in boxes]
        # Box by box: of a map without a positive value mmpose reads the map before, be it another person's.
        info = DatasetInfo(cfg.data.test.dataset_info)
        expected = [inference_top_down_pose_model(model, image.copy(), [person], format='xywh', dataset_info=info)[0][0]
                    for person in people]
        for mine, other in zip(sdk(image, boxes), expected, strict=True):
            far = np.abs(mine - other['keypoints'])
            # A maximum that another cell nearly has may be that cell.
            same += int((far[:, :2].max(1) < POINTS).sum())
            seen += len(far)
            assert far[:, 2].max() < SCORES, f'a score is {far[:, 2].max()} off'
    assert seen and same >= 0.98 * seen, f'{same} of {seen} points are within {POINTS} pixel'
    return f'{same} of {seen} points'


def prove(name: str) -> str:
    """Convert and compare a model; return what was compared."""
    check = (prove_detector if name in DETECTORS else
             prove_recogniser if name in RECOGNISERS else prove_pose_detector)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return check(name, folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert and compare; return 1 when one differs or fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=f'of {", ".join(NAMES)}')
    bad = 0
    for name in parser.parse_args(argv).names or NAMES:
        begin = time.monotonic()
        try:
            text = f'ok: {prove(name)}'
        except Exception as error:  # noqa: BLE001  whatever it is, it is listed
            bad += 1
            text = f'BAD: {type(error).__name__}: {" ".join(str(error).split())[:300]}'
        print(f'{name}: {text} ({time.monotonic() - begin:.0f} s)', flush=True)
    return int(bad > 0)


if __name__ == '__main__':
    sys.exit(main())
