"""Segmentors in an engine."""
from collections.abc import Sequence
from typing import Any

import cv2
import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model
from mmdeploy.utils import Backend, get_backend, get_codebase_config, load_config

__BACKEND_MODEL = Registry('backend_segmentors', build_func=build_backend_model)


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A segmentor whose network runs in an engine. See `End2EndBackendModel`.

    Args:
        palette: colour of each label.
    """

    def __init__(self, backend: Backend, backend_files: Sequence[str], device: str, class_names: Sequence[str],
                 palette: Sequence, deploy_cfg: str | mmcv.Config | None = None, **kwargs):
        super().__init__(backend, backend_files, device, class_names, deploy_cfg, **kwargs)
        self.PALETTE = palette

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], *args, **kwargs) -> list:
        """Segment images.

        Args:
            img: list whose first item is [B, C, H, W].
            img_metas: list whose first item has the meta information of each image.

        Returns:
            The labels [H, W] of each image in its original size.
        """
        labels = self.forward_test(img[0].contiguous(), img_metas, *args, **kwargs)[0]
        results = []
        for planes, meta in zip(labels, img_metas[0], strict=False):
            height, width = meta['ori_shape'][:2]
            found = planes[0]
            if found.shape != (height, width):
                found = cv2.resize(found.astype(np.int32), (width, height), interpolation=cv2.INTER_NEAREST)
            results.append(found)
        return results

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> list[np.ndarray]:
        """Return the outputs of the network, labels [B, 1, H, W]."""
        return self._run_network(imgs)

    def show_result(self,
                    img: np.ndarray,
                    result: list,
                    win_name: str = '',
                    palette: Sequence | None = None,
                    show: bool = True,
                    opacity: float = 0.5,
                    out_file: str | None = None):
        """Draw a result; see `BaseSegmentor.show_result` of mmseg."""
        from mmseg.models.segmentors.base import BaseSegmentor
        return BaseSegmentor.show_result(
            self,
            img,
            result,
            palette=self.PALETTE if palette is None else palette,
            opacity=opacity,
            show=show,
            win_name=win_name,
            out_file=out_file)


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A segmentor that the SDK runs, pre- and post-processing included."""

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], *args, **kwargs) -> list:
        """Segment an image, the first of `img`: [1, H, W, 3] or [H, W, 3] in BGR order."""
        pixels = img[0].contiguous().detach().cpu().numpy()
        return [self.wrapper.invoke(pixels[0] if pixels.ndim == 4 else pixels)]


def get_classes_palette_from_config(model_cfg: str | mmcv.Config) -> tuple[Sequence[str], Sequence]:
    """Return name and colour of each label, from the first data set that knows them.

    Raises:
        RuntimeError: no data set does.
    """
    from mmseg.datasets import DATASETS
    model_cfg = load_config(model_cfg)[0]
    for part in ('val', 'test', 'train'):
        cfg = model_cfg.get('data', {}).get(part, {})
        dataset = DATASETS.module_dict.get(cfg.get('type', None))
        if dataset is not None and dataset.CLASSES is not None:
            return cfg.get('classes', None) or dataset.CLASSES, cfg.get('palette', None) or dataset.PALETTE
        if cfg.get('classes', None) and cfg.get('palette', None):
            return cfg['classes'], cfg['palette']
    raise RuntimeError('model config: no data set with CLASSES and PALETTE is in data.val, test or train')


def build_segmentation_model(model_files: Sequence[str], model_cfg: str | mmcv.Config, deploy_cfg: str | mmcv.Config,
                             device: str, **kwargs: Any) -> BaseBackendModel:
    """Load a converted segmentor.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    class_names, palette = get_classes_palette_from_config(model_cfg)
    return __BACKEND_MODEL.build(
        get_codebase_config(deploy_cfg).get('model_type', 'end2end'),
        backend=get_backend(deploy_cfg),
        backend_files=model_files,
        device=device,
        class_names=class_names,
        palette=palette,
        deploy_cfg=deploy_cfg,
        **kwargs)
