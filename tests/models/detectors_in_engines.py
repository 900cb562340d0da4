"""The small detectors in every engine, compared with PyTorch.

    python -m tests.models.detectors_in_engines [NAME ...] [--engine ENGINE] [--kind static|dynamic]

runs all of them; `mmdeploy/codebase/mmdet/engines_test.py` runs some.
"""
import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mmcv
import numpy as np
import torch

from mmdeploy.apis import build_task_processor, torch2onnx, torch2torchscript
from mmdeploy.backend.base import get_backend_manager
from mmdeploy.codebase.mmdet.deploy.compare import Agreement, compare, detections_of_result
from mmdeploy.utils import IR, Backend, get_ir_config, get_root_logger, load_config
from tests.models.detectors import CLASSES, DETECTORS, SEGMENTORS, detector_config, randomize

_CONFIGS = 'configs/mmdet'
# The deploy configs of each engine: of detectors, and of those with masks.
ENGINES = {
    'onnxruntime': ('detection/detection_onnxruntime_{}.py', 'instance-seg/instance-seg_onnxruntime_{}.py'),
    'openvino': ('detection/detection_openvino_dynamic-800x1344.py',
                 'instance-seg/instance-seg_openvino_dynamic-800x1344.py'),
    'torchscript': ('detection/detection_torchscript.py', 'instance-seg/instance-seg_torchscript.py'),
    'ncnn': ('detection/single-stage_ncnn_dynamic.py', 'detection/single-stage_ncnn_dynamic.py'),
}
KINDS = ('static', 'dynamic')


def write_image(path: Path, seed: int, height: int = 64, width: int = 96) -> str:
    """Write an image of noise, and return its path."""
    import cv2
    pixels = np.random.default_rng(seed).random((height, width, 3)) * 255
    cv2.imwrite(str(path), pixels.astype(np.uint8))
    return str(path)


class SmallDetector:
    """A small detector with its files: model config and checkpoint.

    Args:
        name: of the detector.
        folder: where the files go.
        change: changes the `model` of the config, in place.

    Attributes:
        images: two of the size that it is traced with, and one in upright format.
    """

    def __init__(self, name: str, folder: Path, change: Callable[[mmcv.ConfigDict], None] | None = None):
        self.name, self.folder = name, folder
        self.images = [write_image(folder / f'{i}.png', i) for i in range(2)]
        self.images.append(write_image(folder / 'upright.png', 2, 96, 64))
        config = detector_config(name)
        if change is not None:
            change(config.model)
        self.config, self.checkpoint = str(folder / f'{name}.py'), str(folder / f'{name}.pth')
        config.dump(self.config)
        task = build_task_processor(config, self.deploy_cfg('onnxruntime', 'dynamic'), 'cpu')
        self._model = task.init_pytorch_model()
        data, _ = task.create_input(self.images[0])
        randomize(self._model, data)
        torch.save(dict(state_dict=self._model.state_dict(), meta=dict(CLASSES=CLASSES)), self.checkpoint)
        self._expected: dict[tuple, list] = {}

    def deploy_cfg(self, engine: str, kind: str, **post_processing):
        """Return a deploy config; what the engine's own ones say differently is made the same."""
        name = ENGINES[engine][self.name in SEGMENTORS].format(kind)
        deploy_cfg = load_config(f'{_CONFIGS}/{name}')[0]
        if kind == 'static':
            get_ir_config(deploy_cfg).pop('dynamic_axes', None)
            get_ir_config(deploy_cfg)['input_shape'] = [96, 64]
        deploy_cfg.backend_config.pop('model_inputs', None)
        if engine == 'openvino':
            deploy_cfg.backend_config.model_inputs = [dict(opt_shapes=dict(input=[1, 3, 64, 96]))]
        deploy_cfg.codebase_config.post_processing.update(post_processing)
        return deploy_cfg

    def expected(self, images: list[str]) -> list:
        """Return what PyTorch answers for a batch."""
        if tuple(images) not in self._expected:
            task = build_task_processor(load_config(self.config)[0], self.deploy_cfg('onnxruntime', 'dynamic'), 'cpu')
            data, _ = task.create_input(images)
            with torch.no_grad():
                self._expected[tuple(images)] = self._model(**data, return_loss=False, rescale=True)
        return self._expected[tuple(images)]

    def convert(self, deploy_cfg, folder: Path) -> list[str]:
        """Export and convert it; return the files of the engine."""
        folder.mkdir(exist_ok=True, parents=True)
        ir = get_ir_config(deploy_cfg)
        export = {IR.ONNX: torch2onnx, IR.TORCHSCRIPT: torch2torchscript}[IR.get(ir['type'])]
        export(self.images[0], str(folder), ir['save_file'], deploy_cfg, self.config, self.checkpoint, 'cpu')
        backend = Backend.get(deploy_cfg.backend_config.type)
        return get_backend_manager(backend).to_backend([str(folder / ir['save_file'])], str(folder), deploy_cfg, 'cpu')

    def detect(self, deploy_cfg, files: list[str], images: list[str]) -> list:
        """Run converted files on a batch of images."""
        task = build_task_processor(load_config(self.config)[0], deploy_cfg, 'cpu')
        data, _ = task.create_input(images)
        return task.run_inference(task.init_backend_model(files), data)

    def compare(self, deploy_cfg, files: list[str], images: list[str]) -> Agreement:
        """Compare the answers for a batch."""
        task = build_task_processor(load_config(self.config)[0], deploy_cfg, 'cpu')
        params, agreement = task._nms_params(), Agreement()
        for mine, other in zip(self.expected(images), self.detect(deploy_cfg, files, images), strict=True):
            agreement |= compare(detections_of_result(mine), detections_of_result(other), params['score_threshold'],
                                 params['keep_top_k'])
        return agreement

    def check(self, engine: str, kind: str, **post_processing) -> Agreement:
        """Convert it for an engine, and compare: the image, and with open sizes a batch and an upright image."""
        deploy_cfg = self.deploy_cfg(engine, kind, **post_processing)
        files = self.convert(deploy_cfg, self.folder / f'{engine}-{kind}')
        agreement = self.compare(deploy_cfg, files, self.images[:1])
        if kind == 'dynamic':
            agreement |= self.compare(deploy_cfg, files, self.images[2:])
            if engine != 'ncnn':
                agreement |= self.compare(deploy_cfg, files, self.images[:2])
        return agreement


def is_good(agreement: Agreement) -> bool:
    """Tell whether an engine answers like PyTorch."""
    return (agreement.matched >= 10 and agreement.unmatched == 0 and agreement.score < 1e-3 and agreement.side < 0.05
            and agreement.mask > 0.99)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', default=[*DETECTORS, *SEGMENTORS])
    parser.add_argument('--engine', nargs='*', default=list(ENGINES))
    parser.add_argument('--kind', nargs='*', default=KINDS)
    args = parser.parse_args()
    get_root_logger().setLevel(logging.ERROR)
    bad = 0
    for name in args.names:
        with tempfile.TemporaryDirectory() as folder:
            detector = SmallDetector(name, Path(folder))
            for engine in args.engine:
                for kind in args.kind:
                    start = time.perf_counter()
                    try:
                        agreement = detector.check(engine, kind)
                        verdict, text = 'same' if is_good(agreement) else 'DIFFERENT', agreement
                    except NotImplementedError as error:
                        verdict, text = 'refused', str(error)[:600]
                    except Exception as error:  # noqa: BLE001  # whatever it is, the others are wanted
                        verdict, text = 'FAILED', f'{type(error).__name__}: {str(error)[:600]}'
                    bad += verdict not in ('same', 'refused')
                    print(f'{name} {engine} {kind} {verdict} {time.perf_counter() - start:.1f} s {text}', flush=True)
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
