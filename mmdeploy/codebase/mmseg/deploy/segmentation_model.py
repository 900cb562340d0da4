"""Segmentors in an engine."""
from collections.abc import Sequence
from typing import Any

import cv2
import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model, build_configured_model
from mmdeploy.utils import Backend, get_codebase_config, load_config


def gives_labels(deploy_cfg: str | mmcv.Config) -> bool:
    """Tell whether the exported network ends in labels; in scores otherwise (`with_argmax=False`)."""
    return get_codebase_config(deploy_cfg).get('with_argmax', True)


def get_head_config(model_cfg: mmcv.Config) -> dict:
    """Return the config of the head that answers: of several, the last one."""
    head = model_cfg.model.decode_head
    return head[-1] if isinstance(head, list | tuple) else head


__BACKEND_MODEL = Registry('backend_segmentors', build_func=build_backend_model)


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A segmentor whose network runs in an engine. See `End2EndBackendModel`.

    Args:
        palette: colour of each label.
        align_corners: how scores are resized; labels are not concerned.
    """

    def __init__(self, backend: Backend, backend_files: Sequence[str], device: str, class_names: Sequence[str],
                 palette: Sequence, deploy_cfg: str | mmcv.Config | None = None, align_corners: bool = False, **kwargs):
        super().__init__(backend, backend_files, device, class_names, deploy_cfg, **kwargs)
        self.PALETTE = palette
        self.align_corners = align_corners
        self.with_argmax = deploy_cfg is None or gives_labels(deploy_cfg)

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], *args, **kwargs) -> list:
        """Segment images.

        Args:
            img: list whose first item is [B, C, H, W].
            img_metas: list whose first item has the meta information of each image.

        Returns:
            The labels [H, W] of each image in its original size.
        """
        outputs = self.forward_test(img[0].contiguous(), img_metas, *args, **kwargs)[0]
        # As mmseg does: what the test pipeline has padded is cut off first.
        return [self._get_labels(planes[:, :meta['img_shape'][0], :meta['img_shape'][1]], *meta['ori_shape'][:2])
                for planes, meta in zip(outputs, img_metas[0], strict=False)]

    def _get_labels(self, planes: np.ndarray, height: int, width: int) -> np.ndarray:
        """Return labels [height, width] of the network's labels [1, H, W] or scores [classes, H, W]."""
        if not self.with_argmax:
            # As mmseg does: scores are resized, then compared.
            scores = torch.nn.functional.interpolate(
                torch.from_numpy(np.ascontiguousarray(planes))[None], (height, width), mode='bilinear',
                align_corners=self.align_corners)
            return scores[0].argmax(0).numpy()
        labels = planes[0]
        if labels.shape != (height, width):
            labels = cv2.resize(labels.astype(np.int32), (width, height), interpolation=cv2.INTER_NEAREST)
        return labels

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> list[np.ndarray]:
        """Return the outputs of the network: labels [B, 1, H, W], or scores [B, classes, H, W]."""
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
        found = self.wrapper.invoke(pixels[0] if pixels.ndim == 4 else pixels)
        return [found.argmax(0) if found.ndim == 3 else found]


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
    return build_configured_model(
        __BACKEND_MODEL, model_files, deploy_cfg, device, class_names=class_names, palette=palette,
        align_corners=get_head_config(model_cfg).get('align_corners', False), **kwargs)
