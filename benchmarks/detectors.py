"""Pre- and post-processing of detectors beside what users write, and masks beside mmdet, on one processor.

    python -m benchmarks.detectors [--rounds 15] [--json FILE]

The same ONNX file runs in our SDK and in plain onnxruntime between the usual OpenCV and NumPy code. It does nothing (it
looks at one pixel and answers constants), so that what is timed is what lies around a network. Masks are those of 100
boxes on 1080p: ours are timed with the whole call around them, those of mmdet from `FCNMaskHead.get_seg_masks` alone.
All take turns in one process, and the best of all rounds counts.
"""
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx

from benchmarks.pipelines import network
from benchmarks.side_by_side import best_of, parse_arguments, plain_session, report, use_one_processor

ROOT = Path(__file__).resolve().parents[1]
HEIGHT, WIDTH, COUNT = 1080, 1920, 100
_MEAN, _STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
SCORE_THR = 0.05


class Detector(NamedTuple):
    """How an exported detector is fed.

    Attributes:
        height, width: largest size of the network's input.
        normalize: take mean and deviation off, and change BGR to RGB.
        divisor: sides are padded to multiples of it; 0: to the largest size.
        pad_val: of what is padded.
        limit: share of the user's time that is asked for.
    """
    height: int
    width: int
    normalize: bool
    divisor: int
    pad_val: int
    limit: float = 1 / 4


DETECTORS = {
    'YOLOX, 1080p -> 640x640': Detector(640, 640, False, 0, 114),
    'Faster R-CNN, 1080p -> 1333x800': Detector(800, 1333, True, 32, 0),
}


def constant_outputs(height: int, width: int, masks: bool = False) -> dict[str, np.ndarray]:
    """Outputs of a detector: boxes of up to 520 pixels inside an input."""
    random = np.random.default_rng(0)
    sizes = random.uniform(20, 520, (COUNT, 2)) * [width / WIDTH, height / HEIGHT]
    corners = random.random((COUNT, 2)) * ([width, height] - sizes)
    scores = np.sort(random.uniform(0.3, 1, (COUNT, 1)))[::-1]
    dets = np.concatenate([corners, corners + sizes, scores], 1)[None].astype(np.float32)
    outputs = dict(dets=dets, labels=random.integers(0, 80, (1, COUNT)))
    if masks:
        outputs['masks'] = random.random((1, COUNT, 28, 28)).astype(np.float32)
    return outputs


def write_model(folder: Path, detector: Detector, masks: bool = False) -> dict[str, np.ndarray]:
    """Write an SDK model; answers the outputs of its network."""
    folder.mkdir(parents=True, exist_ok=True)
    scale = min(detector.height / HEIGHT, detector.width / WIDTH)
    outputs = constant_outputs(int(HEIGHT * scale), int(WIDTH * scale), masks)
    onnx.save(network(outputs), folder / 'net.onnx')
    size = [detector.height, detector.width]
    pad = dict(size_divisor=detector.divisor) if detector.divisor else dict(size=size)
    transforms = [
        dict(type='LoadImageFromFile'), dict(type='Resize', size=size, keep_ratio=True),
        dict(type='Normalize', mean=_MEAN, std=_STD, to_rgb=True),
        dict(type='Pad', pad_val=detector.pad_val, **pad), dict(type='DefaultFormatBundle'),
        dict(type='Collect', keys=['img'], meta_keys=['ori_shape', 'img_shape', 'scale_factor'])
    ]
    if not detector.normalize:
        del transforms[2]
    component = 'ResizeInstanceMask' if masks else 'ResizeBBox'
    tasks = [
        dict(type='Task', module='Transform', name='pre', input=['img'], output=['prep'], transforms=transforms),
        dict(type='Task', module='Net', name='net', input=['prep'], output=['infer'], input_map=dict(img='input')),
        dict(type='Task', module='mmdet', component=component, name='post', input=['prep', 'infer'], output=['post'],
             params=dict(score_thr=SCORE_THR, min_bbox_size=0, rcnn=dict(mask_thr_binary=0.5))),
    ]
    net = dict(name='net', net='net.onnx', weights='', backend='onnxruntime', batch_size=1, dynamic_shape=True)
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', task='Detector', models=[net], customs=[])))
    (folder / 'pipeline.json').write_text(
        json.dumps(dict(pipeline=dict(input=['img'], output=['post'], tasks=tasks))))
    return outputs


def user_code(folder: Path, detector: Detector) -> Callable[[np.ndarray], tuple]:
    """Return what users of onnxruntime write around an exported detector."""
    import cv2
    session = plain_session(folder / 'net.onnx')
    mean, std = np.float32(_MEAN), np.float32(_STD)

    def detect(image: np.ndarray) -> tuple:
        height, width = image.shape[:2]
        scale = min(detector.height / height, detector.width / width)
        resized = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_LINEAR)
        pixels = resized.astype(np.float32)
        if detector.normalize:
            pixels = (pixels[:, :, ::-1] - mean) / std
        if detector.divisor:
            sides = [-(-side // detector.divisor) * detector.divisor for side in pixels.shape[:2]]
        else:
            sides = [detector.height, detector.width]
        padded = np.full((*sides, 3), detector.pad_val, np.float32)
        padded[:pixels.shape[0], :pixels.shape[1]] = pixels
        tensor = np.ascontiguousarray(padded.transpose(2, 0, 1)[None])
        dets, labels = session.run(None, {'input': tensor})
        dets, labels = dets[0], labels[0]
        kept = dets[:, 4] > SCORE_THR
        dets, labels = dets[kept], labels[kept]
        dets[:, :4] /= np.float32([pixels.shape[1] / width, pixels.shape[0] / height] * 2)
        dets[:, [0, 2]] = dets[:, [0, 2]].clip(0, width - 1)
        dets[:, [1, 3]] = dets[:, [1, 3]].clip(0, height - 1)
        return dets, labels

    return detect


def mmdet_masks(outputs: dict[str, np.ndarray]) -> Callable[[], list]:
    """Return what mmdet does with the masks of boxes of an image of 1080p, on the CPU."""
    import torch
    from mmcv import ConfigDict
    from mmdet.models.roi_heads.mask_heads import FCNMaskHead
    head = FCNMaskHead(num_classes=80, class_agnostic=True).eval()
    masks = torch.from_numpy(outputs['masks'][0][:, None])
    logits = torch.log(masks / (1 - masks).clamp(min=1e-6))
    boxes = torch.from_numpy(outputs['dets'][0])
    labels = torch.from_numpy(outputs['labels'][0])
    config = ConfigDict(mask_thr_binary=0.5)

    def paste() -> list:
        with torch.no_grad():
            return head.get_seg_masks(logits, boxes, labels, config, (HEIGHT, WIDTH, 3), np.ones(4, np.float32), True)

    return paste


def compare_boxes(name: str, work_dir: Path, rounds: int) -> dict:
    """Time a detector without masks."""
    import mmdeploy_python
    detector = DETECTORS[name]
    folder = work_dir / name.partition(',')[0].replace(' ', '_')
    write_model(folder, detector)
    image = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    ours, theirs = mmdeploy_python.Detector(str(folder), 'cpu'), user_code(folder, detector)
    boxes, labels, _ = ours(image)
    dets, classes = theirs(image)
    np.testing.assert_allclose(boxes, dets, atol=0.5)
    np.testing.assert_array_equal(labels, classes)
    best = best_of(dict(ours=lambda: ours(image), theirs=lambda: theirs(image)), rounds)
    return dict(name=name, other='OpenCV, NumPy, onnxruntime', limit=detector.limit, **best)


def compare_masks(work_dir: Path, rounds: int) -> dict:
    """Time the masks of 100 boxes: the whole call of ours, the masks alone of mmdet."""
    import mmdeploy_python
    folder = work_dir / 'masks'
    outputs = write_model(folder, Detector(HEIGHT, WIDTH, True, 32, 0), masks=True)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    ours, theirs = mmdeploy_python.Detector(str(folder), 'cpu'), mmdet_masks(outputs)
    boxes, labels, masks = ours(image)
    expected = theirs()
    for box, label, mask in zip(boxes[:5], labels[:5], masks[:5], strict=True):
        left, top = max(int(np.floor(box[0])) - 1, 0), max(int(np.floor(box[1])) - 1, 0)
        parts = [whole[top:top + mask.shape[0], left:left + mask.shape[1]] for whole in expected[label]]
        assert max((part == (mask > 0)).mean() for part in parts if part.shape == mask.shape) > 0.99
    best = best_of(dict(ours=lambda: ours(image), theirs=theirs), rounds)
    return dict(name='100 masks on 1080p, our whole call', other='mmdet, masks alone', limit=1 / 5, **best)


def main() -> int:
    args = parse_arguments(__doc__.splitlines()[0], ROOT / 'build/benchmarks/detectors')
    use_one_processor()
    import torch
    torch.set_num_threads(1)
    rows = [compare_boxes(name, args.work_dir, args.rounds) for name in DETECTORS]
    rows.append(compare_masks(args.work_dir, max(3, args.rounds // 3)))
    report(rows, args.json)
    return 0


if __name__ == '__main__':
    sys.exit(main())
