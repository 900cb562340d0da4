"""The task processor of text detectors."""
from collections.abc import Sequence
from copy import deepcopy

import mmcv
import numpy as np
import torch

from mmdeploy.codebase.base import SDKHead
from mmdeploy.codebase.base.image_task import Images, as_list
from mmdeploy.utils import Task, get_input_shape

from .check import build_sdk_detector_head, check_detector, check_sdk_detector
from .compare import compare_boundaries
from .mmocr import MMOCR_TASK
from .text_detection_model import build_text_detection_model
from .text_task import TextTask, get_pipeline_config


def process_model_config(model_cfg: mmcv.Config, imgs: Images, input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline fits some images.

    Args:
        model_cfg: config of the model.
        imgs: paths are loaded by the pipeline, arrays are taken as they are.
        input_shape: [width, height] of a static input.
    """
    from mmdet.datasets import replace_ImageToTensor
    cfg = deepcopy(model_cfg)
    pipeline = get_pipeline_config(cfg)
    if isinstance(as_list(imgs)[0], np.ndarray):
        pipeline[0]['type'] = 'LoadImageFromNdarray'
    if input_shape is not None:
        pipeline[1]['img_scale'] = tuple(input_shape)
        pipeline[1]['transforms'][0].update(keep_ratio=False, img_scale=tuple(input_shape))
    cfg.data.test.pipeline = replace_ImageToTensor(pipeline)
    return cfg


@MMOCR_TASK.register_module(Task.TEXT_DETECTION.value)
class TextDetection(TextTask):
    """Converts text detectors of MMOCR."""

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        return build_text_detection_model(model_files, self.model_cfg, self.deploy_cfg, self.device, **kwargs)

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        return process_model_config(self.model_cfg, imgs, input_shape).data.test.pipeline

    def check_convertible(self) -> None:
        check_detector(self.model_cfg)

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: dict,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False) -> None:
        super().visualize(model, image, result, output_file, window_name, show_result)
        if not result['boundary_result'] and not show_result:
            # mmocr writes no picture where it has nothing to draw.
            mmcv.imwrite(mmcv.imread(image), output_file)

    def compare_results(self, expected: Sequence[dict], found: Sequence[dict]) -> list[tuple[str, str]]:
        """Compare the boundaries of each image, after they are matched."""
        return compare_boundaries([result['boundary_result'] for result in expected],
                                  [result['boundary_result'] for result in found])

    def get_preprocess(self) -> list[dict]:
        return self.get_test_pipeline([''], get_input_shape(self.deploy_cfg))

    def get_postprocess(self) -> dict:
        """Return `model.bbox_head`."""
        return deepcopy(self.model_cfg.model.bbox_head.to_dict())

    def get_sdk_save_file(self) -> str:
        check_sdk_detector(self.model_cfg)
        return super().get_sdk_save_file()

    def get_sdk_head(self) -> SDKHead:
        """Return the head with what its config says, and every setting of the post-processor that mmocr builds."""
        params = self.get_postprocess()
        component = params.pop('type')
        for key in ('loss', 'postprocessor'):
            params.pop(key, None)
        head = build_sdk_detector_head(self.model_cfg)
        return SDKHead(component, dict(params, downsample_ratio=head.downsample_ratio, **vars(head.postprocessor)))

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, list[dict]]:
        """Return the quads that the SDK gives: rectangles, in pixels of the original image."""
        head = build_sdk_detector_head(self.model_cfg)
        if head.postprocessor.text_repr_type == 'poly' and hasattr(head.postprocessor, 'min_text_width'):
            head.postprocessor.min_text_width = -1  # mmocr does not measure polygons
        head.postprocessor.text_repr_type = 'quad'
        maps = torch.from_numpy(next(iter(outputs.values()))[:1].copy())
        found = np.array(head.get_boundary(maps, [img_metas], True)['boundary_result'], np.float32).reshape(-1, 9)
        return 'TextDetection', [dict(bbox=row[:8].tolist(), score=float(row[8])) for row in found]
