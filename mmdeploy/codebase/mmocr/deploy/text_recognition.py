"""The task processor of text recognisers."""
from collections.abc import Sequence
from copy import deepcopy

import mmcv
import numpy as np
import torch

from mmdeploy.codebase.base import SDKHead
from mmdeploy.codebase.base.image_task import Images, as_list
from mmdeploy.utils import Task, get_input_shape

from .check import HAS_PADDING_CLASS, SDK_CONVERTORS, check_recogniser, check_sdk_recogniser
from .compare import compare_texts
from .mmocr import MMOCR_TASK
from .sdk_dictionary import DICT_FILE, get_sdk_dictionary
from .text_recognition_model import build_convertor, build_text_recognition_model, get_convertor_config
from .text_task import TextTask, get_pipeline_config


def _set_size(pipeline: list[dict], width: int, height: int) -> None:
    """Make ResizeOCR give one size.

    Raises:
        ValueError: it is not where the pipelines of mmocr have it.
    """
    inner = pipeline[1].get('transforms', None)
    resize = inner[0] if inner else pipeline[1]
    if resize['type'] != 'ResizeOCR':
        raise ValueError(
            f'model config: step 1 of the test pipeline{", its first transform," if inner else ""} is '
            f'{resize["type"]!r}; onnx_config.input_shape of the deploy config can be obeyed by ResizeOCR only: '
            'put it there, or leave out input_shape')
    if inner:
        resize.update(height=height, max_width=width)
    else:
        resize.update(height=height, min_width=width, max_width=width, keep_aspect_ratio=False)


def process_model_config(model_cfg: mmcv.Config, imgs: Images, input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline fits some images.

    Args:
        model_cfg: config of the model.
        imgs: paths are loaded by the pipeline, arrays are taken as they are. Several make one batch, where no image
            is rotated.
        input_shape: [width, height] of a static input.
    """
    from mmdet.datasets import replace_ImageToTensor
    cfg = deepcopy(model_cfg)
    pipeline = get_pipeline_config(cfg)
    imgs = as_list(imgs)
    if isinstance(imgs[0], np.ndarray):
        pipeline[0]['type'] = 'LoadImageFromNdarray'
    if input_shape is not None:
        _set_size(pipeline, *input_shape)
    if len(imgs) > 1 and pipeline[1]['type'] == 'MultiRotateAugOCR':
        pipeline[1:2] = pipeline[1]['transforms']
    cfg.data.test.pipeline = replace_ImageToTensor(pipeline)
    return cfg


def _merge_normalize(steps: list[dict]) -> list[dict]:
    """Replace ToTensorOCR, which divides by 255, and NormalizeOCR by steps that the SDK has."""
    found: list[dict] = []
    for i, step in enumerate(steps):
        if step['type'] == 'ToTensorOCR':
            norm = steps[i + 1] if i + 1 < len(steps) and steps[i + 1]['type'] == 'NormalizeOCR' else {}
            mean, std = norm.get('mean', [0.0] * 3), norm.get('std', [1.0] * 3)
            found += [dict(type='Normalize', mean=[255 * x for x in mean], std=[255 * x for x in std], to_rgb=False),
                      dict(type='ImageToTensor', keys=['img'])]
        elif step['type'] != 'NormalizeOCR':
            found.append(step)
    return found


@MMOCR_TASK.register_module(Task.TEXT_RECOGNITION.value)
class TextRecognition(TextTask):
    """Converts text recognisers of MMOCR."""

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        return build_text_recognition_model(model_files, self.model_cfg, self.deploy_cfg, self.device, **kwargs)

    def init_pytorch_model(self,
                           model_checkpoint: str | None = None,
                           cfg_options: dict | None = None,
                           **kwargs) -> torch.nn.Module:
        """Build the model; its `cfg` has the pipeline that really runs, which says how images are padded."""
        model = super().init_pytorch_model(model_checkpoint, cfg_options, **kwargs)
        model.cfg = process_model_config(self.model_cfg, [''], get_input_shape(self.deploy_cfg))
        return model

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        return process_model_config(self.model_cfg, imgs, input_shape).data.test.pipeline

    def check_convertible(self) -> None:
        check_recogniser(self.model_cfg, self.deploy_cfg)

    def compare_results(self, expected: Sequence[dict], found: Sequence[dict]) -> list[tuple[str, str]]:
        """Compare texts and scores of each image."""
        return compare_texts(expected, found)

    def get_preprocess(self) -> list[dict]:
        """Return the steps for the SDK, which rotates no image."""
        steps = self.get_test_pipeline([''], get_input_shape(self.deploy_cfg))
        if steps[1]['type'] == 'MultiRotateAugOCR':
            steps = [steps[0], *steps[1]['transforms'], *steps[2:]]
        return _merge_normalize(steps)

    def get_postprocess(self) -> dict:
        """Return `label_convertor`."""
        return get_convertor_config(self.model_cfg)

    def get_sdk_save_file(self) -> str:
        check_sdk_recogniser(self.get_postprocess(), self.get_preprocess())
        return super().get_sdk_save_file()

    def get_sdk_head(self) -> SDKHead:
        """Return the convertor with every setting spelt out: the SDK's defaults are others than mmocr's."""
        params = self.get_postprocess()
        convertor = build_convertor(self.model_cfg)
        for key in ('with_unknown', 'lower', 'max_seq_len', 'start_end_same'):
            if hasattr(convertor, key):
                params[key] = getattr(convertor, key)
        decoder = (self.model_cfg.model.get('decoder', None) or {}).get('type', None)
        if params['type'] == 'CTCConvertor':
            params['with_padding'] = True  # the blank
        elif decoder in HAS_PADDING_CLASS:
            params['with_padding'] = HAS_PADDING_CLASS[decoder]
        for key in ('dict_type', 'dict_list'):
            params.pop(key, None)
        return SDKHead(SDK_CONVERTORS[params.pop('type')], dict(params, dict_file=DICT_FILE))

    def get_sdk_customs(self) -> dict[str, bytes]:
        return {DICT_FILE: get_sdk_dictionary(build_convertor(self.model_cfg))}

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, dict]:
        """Return what mmocr's convertor makes of the scores."""
        convertor = build_convertor(self.model_cfg)
        indices, scores = convertor.tensor2idx(torch.from_numpy(next(iter(outputs.values()))[:1].copy()), [img_metas])
        return 'TextRecognition', dict(text=convertor.idx2str(indices)[0], scores=scores[0])
