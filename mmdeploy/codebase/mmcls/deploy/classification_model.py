"""Classifiers in an engine."""
from collections.abc import Sequence
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model, build_configured_model
from mmdeploy.utils import get_root_logger, load_config

__BACKEND_MODEL = Registry(
    'backend_classifiers', build_func=build_backend_model)


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A classifier whose network runs in an engine. See `End2EndBackendModel`."""

    def forward(self, img: torch.Tensor | list[torch.Tensor], *args,
                **kwargs) -> list[np.ndarray]:
        """Classify images.

        Args:
            img: [B, C, H, W], or a list of that (only its first item counts).

        Returns:
            The scores of each image.
        """
        if isinstance(img, list | tuple):
            img = img[0]
        return list(self.forward_test(img.contiguous(), *args, **kwargs)[0])

    def forward_test(self, imgs: torch.Tensor, *args,
                     **kwargs) -> list[np.ndarray]:
        """Return all outputs of the network, the scores [B, C] first."""
        return self._run_network(imgs)

    def show_result(self,
                    img: np.ndarray,
                    result: Any,
                    win_name: str = '',
                    show: bool = True,
                    out_file: str | None = None):
        """Draw a result; see `BaseClassifier.show_result` of mmcls."""
        from mmcls.models.classifiers import BaseClassifier
        return BaseClassifier.show_result(
            self, img, result, show=show, win_name=win_name, out_file=out_file)


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A classifier that the SDK runs, preprocessing included."""

    def forward(self, img: torch.Tensor | list[torch.Tensor], *args,
                **kwargs) -> list[np.ndarray]:
        """Classify images.

        Args:
            img: pixels [B, H, W, C] in BGR order, or a list of that.

        Returns:
            The scores of each image; 0 for labels that the SDK model leaves
            out, because its `topk` is less than the number of classes.
        """
        if isinstance(img, list | tuple):
            img = img[0]
        results = []
        for pixels in img.contiguous().detach().cpu().numpy():
            scores = np.zeros(len(self.CLASSES), np.float32)
            for label, score in self.wrapper.invoke(pixels):
                scores[int(label)] = score
            results.append(scores)
        return results


def get_classes_from_config(model_cfg: str | mmcv.Config) -> list[str]:
    """Return the name of each label, from the first data set that knows it.

    Without one, the numbers of the labels are used, with a warning.
    """
    from mmcls.datasets import DATASETS
    model_cfg = load_config(model_cfg)[0]
    data = model_cfg.get('data', {})
    for part in ('val', 'test', 'train'):
        cfg = data.get(part, {})
        dataset = DATASETS.module_dict.get(cfg.get('type', None))
        if dataset is None:
            continue
        if cfg.get('classes', None) is not None:
            return list(dataset.get_classes(cfg['classes']))
        if getattr(dataset, 'CLASSES', None) is not None:
            return list(dataset.CLASSES)
    num_classes = model_cfg.model.head.num_classes
    get_root_logger().warning(
        'Use generated class names, because it failed to parse CLASSES from '
        f'config: {getattr(model_cfg, "filename", None)}')
    return [str(label) for label in range(num_classes)]


def build_classification_model(model_files: Sequence[str],
                               model_cfg: str | mmcv.Config,
                               deploy_cfg: str | mmcv.Config,
                               device: str, **kwargs) -> BaseBackendModel:
    """Load a converted classifier.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    return build_configured_model(
        __BACKEND_MODEL, model_files, deploy_cfg, device, class_names=get_classes_from_config(model_cfg), **kwargs)
