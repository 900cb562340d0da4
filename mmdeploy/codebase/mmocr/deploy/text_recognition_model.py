"""Text recognisers in an engine."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model, build_configured_model
from mmdeploy.utils import Backend, load_config

from .drawing import mend_drawing

__BACKEND_MODEL = Registry('backend_text_recognizer', build_func=build_backend_model)


def get_convertor_config(model_cfg: mmcv.Config) -> dict:
    """Return the config of what turns indices to text: the model's, or `label_convertor` beside it.

    Raises:
        ValueError: there is none.
    """
    found = model_cfg.model.get('label_convertor', None) or model_cfg.get('label_convertor', None)
    if found is None:
        raise ValueError('model config: model.label_convertor is missing, and so is label_convertor')
    return deepcopy(found.to_dict() if hasattr(found, 'to_dict') else found)


def build_convertor(model_cfg: mmcv.Config) -> Any:
    """Build what turns indices to text."""
    from mmocr.models.builder import build_convertor
    return build_convertor(dict(get_convertor_config(model_cfg), max_seq_len=model_cfg.model.get('max_seq_len', 40)))


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A text recogniser whose network runs in an engine. See `End2EndBackendModel`.

    Args:
        model_cfg: config of the model, whose convertor makes text of scores.
    """

    def __init__(self, backend: Backend, backend_files: Sequence[str], device: str,
                 deploy_cfg: str | mmcv.Config | None = None, model_cfg: str | mmcv.Config | None = None, **kwargs):
        mend_drawing()
        super().__init__(backend, backend_files, device, ('text', ), deploy_cfg, **kwargs)
        self.label_convertor = build_convertor(load_config(model_cfg)[0])

    def forward(self, img: torch.Tensor | Sequence[torch.Tensor], img_metas: Sequence, *args, **kwargs) -> list[dict]:
        """Read images.

        Args:
            img: [B, C, H, W]; or a list of tensors [1, C, H, W] or [C, H, W], one per rotation of one image.
            img_metas: meta information of each image; or a list of such lists, one per rotation.

        Returns:
            For each image `text`, and `score`, a list of a score per symbol.
        """
        if isinstance(img, torch.Tensor):
            return self._read(img, img_metas[0] if isinstance(img_metas[0], list | tuple) else img_metas)
        imgs = [one if one.dim() == 4 else one.unsqueeze(0) for one in img]
        found = [self._read(*pair) for pair in zip(imgs, img_metas, strict=True)]
        return found[0] if len(found) == 1 else self._best(found)

    def _read(self, img: torch.Tensor, metas: Sequence[dict]) -> list[dict]:
        # As mmocr does: a batch may have padded images further than the pipeline noted.
        metas = [dict(meta, valid_ratio=meta['resize_shape'][1] / img.shape[3]) if 'resize_shape' in meta else meta
                 for meta in metas]
        indices, scores = self.label_convertor.tensor2idx(self.forward_test(img.contiguous(), metas), metas)
        texts = self.label_convertor.idx2str(indices)
        return [dict(text=text, score=score) for text, score in zip(texts, scores, strict=True)]

    def _best(self, found: list[list[dict]]) -> list[dict]:
        """Return the rotation that reads best, as mmocr decides."""
        from mmocr.models.textrecog import EncodeDecodeRecognizer
        return EncodeDecodeRecognizer.merge_aug_results(self, found)

    def forward_test(self, imgs: torch.Tensor, img_metas: Sequence[dict], *args, **kwargs) -> torch.Tensor:
        """Return the scores of the network, [B, T, classes]."""
        return torch.from_numpy(self._run_network(imgs)[0].copy())

    def show_result(self,
                    img: str | np.ndarray,
                    result: dict,
                    win_name: str = '',
                    show: bool = True,
                    score_thr: float = 0.3,
                    out_file: str | None = None,
                    **kwargs):
        """Draw a result; see `BaseRecognizer.show_result` of mmocr."""
        from mmocr.models.textrecog import BaseRecognizer
        return BaseRecognizer.show_result(img, result, win_name=win_name, show=show, out_file=out_file, **kwargs)


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A text recogniser that the SDK runs, pre- and post-processing included."""

    def forward(self, img: torch.Tensor | Sequence[torch.Tensor], img_metas: Sequence, *args, **kwargs) -> list[dict]:
        """Read an image: [1, H, W, 3] or [H, W, 3] in BGR order, or a list whose first item is one."""
        pixels = (img if isinstance(img, torch.Tensor) else img[0]).contiguous().detach().cpu().numpy()
        text, score = self.wrapper.invoke(pixels[0] if pixels.ndim == 4 else pixels)
        return [dict(text=text, score=list(score))]


def build_text_recognition_model(model_files: Sequence[str], model_cfg: str | mmcv.Config,
                                 deploy_cfg: str | mmcv.Config, device: str, **kwargs: Any) -> BaseBackendModel:
    """Load a converted text recogniser.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    return build_configured_model(__BACKEND_MODEL, model_files, deploy_cfg, device, model_cfg=model_cfg, **kwargs)
