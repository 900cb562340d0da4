"""Text detectors in an engine."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model, build_configured_model
from mmdeploy.utils import Backend, load_config

from .unclip import mend_unclip

__BACKEND_MODEL = Registry('backend_text_detectors', build_func=build_backend_model)


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A text detector whose network runs in an engine. See `End2EndBackendModel`.

    Args:
        model_cfg: config of the model, whose head makes boundaries of maps.
    """

    def __init__(self, backend: Backend, backend_files: Sequence[str], device: str,
                 deploy_cfg: str | mmcv.Config | None = None, model_cfg: str | mmcv.Config | None = None, **kwargs):
        from mmocr.models.builder import build_head
        mend_unclip()
        super().__init__(backend, backend_files, device, ('text', ), deploy_cfg, **kwargs)
        model_cfg = load_config(model_cfg)[0]
        self.bbox_head = build_head(deepcopy(model_cfg.model.bbox_head))
        self.bbox_head.eval()
        self.show_score = False

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], rescale: bool = False, *args,
                **kwargs) -> list[dict]:
        """Detect text.

        Args:
            img: list whose first item is [B, C, H, W].
            img_metas: list whose first item has the meta information of each image.
            rescale: give boundaries in pixels of the original image, and not of the network's input.

        Returns:
            For each image `boundary_result`, a list of corners x0, y0, x1, ... and score, and `filename`.
        """
        maps = self.forward_test(img[0].contiguous(), *args, **kwargs)
        return [self.bbox_head.get_boundary(maps[i:i + 1], [meta], rescale) for i, meta in enumerate(img_metas[0])]

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> torch.Tensor:
        """Return the maps of the network, [B, C, H, W]."""
        return torch.from_numpy(self._run_network(imgs)[0].copy())

    def show_result(self,
                    img: str | np.ndarray,
                    result: dict,
                    win_name: str = '',
                    show: bool = True,
                    score_thr: float = 0.3,
                    out_file: str | None = None,
                    **kwargs):
        """Draw a result; see `TextDetectorMixin.show_result` of mmocr."""
        from mmocr.models.textdet.detectors.text_detector_mixin import TextDetectorMixin
        return TextDetectorMixin.show_result(
            self, img, result, score_thr=score_thr, win_name=win_name, show=show, out_file=out_file, **kwargs)


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A text detector that the SDK runs, pre- and post-processing included."""

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], *args, **kwargs) -> list[dict]:
        """Detect text in an image, the first of `img`: [1, H, W, 3] or [H, W, 3] in BGR order."""
        pixels = img[0].contiguous().detach().cpu().numpy()
        found = self.wrapper.invoke(pixels[0] if pixels.ndim == 4 else pixels)
        metas = img_metas[0] if isinstance(img_metas[0], list | tuple) else img_metas
        return [dict(boundary_result=np.asarray(found).tolist(), filename=metas[0].get('filename', None))]


def build_text_detection_model(model_files: Sequence[str], model_cfg: str | mmcv.Config, deploy_cfg: str | mmcv.Config,
                               device: str, **kwargs: Any) -> BaseBackendModel:
    """Load a converted text detector.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    return build_configured_model(__BACKEND_MODEL, model_files, deploy_cfg, device, model_cfg=model_cfg, **kwargs)
