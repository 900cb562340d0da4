"""Recognisers whose network must know how much of an image is padding."""
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from mmdeploy.codebase.mmocr.deploy.text_task import get_pipeline_config
from mmdeploy.codebase.mmocr.models.utils import get_resize_ocr
from mmdeploy.core import MODULE_REWRITER


def _padding_value(model_cfg: Any) -> list[float]:
    """Return what a padded pixel is behind the test pipeline, by channel.

    Raises:
        NotImplementedError: padding is not of one value.
    """
    steps = [inner for step in get_pipeline_config(model_cfg) for inner in (step.get('transforms', None) or [step])]
    found = {step['type']: step for step in steps}
    resize = found['ResizeOCR']
    if resize.get('padding_mode', 'constant') != 'constant':
        raise NotImplementedError(
            f'model config: padding_mode of ResizeOCR is {resize["padding_mode"]!r}; the network finds padding by its '
            "value, so only 'constant' can be converted")
    is_grey = found.get('LoadImageFromFile', {}).get('color_type', 'color') == 'grayscale'
    neutral = dict(mean=[0.0] * (1 if is_grey else 3), std=[1.0] * (1 if is_grey else 3))
    norm = found.get('NormalizeOCR', None) or found.get('Normalize', None) or neutral
    pixel = resize.get('img_pad_value', 0)
    if not isinstance(pixel, Sequence):
        # mmcv pads the first channel with a number, the others with 0.
        pixel = [pixel] + [0] * (len(norm['mean']) - 1)
    if norm.get('type', None) == 'Normalize' and norm.get('to_rgb', True):
        pixel = pixel[::-1]
    scale = 255 if 'ToTensorOCR' in found else 1
    return [(value / scale - mean) / std for value, mean, std in zip(pixel, norm['mean'], norm['std'], strict=True)]


@MODULE_REWRITER.register_rewrite_module('mmocr.models.textrecog.SARNet')
@MODULE_REWRITER.register_rewrite_module('mmocr.models.textrecog.SATRN')
@MODULE_REWRITER.register_rewrite_module('mmocr.models.textrecog.NRTR')
@MODULE_REWRITER.register_rewrite_module('mmocr.models.textrecog.RobustScanner')
class PaddedRecogniser(nn.Module):
    """A recogniser that gets nothing but images, as in an engine.

    How wide an image is without its padding is found in the graph: behind its last column that is not of the colour of
    padding throughout.

    Args:
        module: the recogniser, with the config of the model as `cfg`.
        deploy_cfg: deploy config.
        kwargs: ignored.

    Raises:
        ValueError: the module has no config.
    """

    def __init__(self, module: nn.Module, deploy_cfg: Mapping, **kwargs: Any):
        super().__init__()
        self.module = module
        model_cfg = getattr(module, 'cfg', None)
        if model_cfg is None:
            raise ValueError(f'{type(module).__name__} has no attribute cfg, the config of the model, which says how '
                             'images are padded; set it, as init_pytorch_model does')
        min_width, max_width, keeps_ratio = get_resize_ocr(model_cfg)
        self._is_padded = bool(keeps_ratio and max_width)
        if self._is_padded:
            self._least = min(1.0, (min_width or 1) / max_width)
            value = torch.tensor(_padding_value(model_cfg)).reshape(1, -1, 1, 1)
            self.register_buffer('padding', value, persistent=False)

    def forward(self, img: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return scores of symbols [B, T, classes] of images [B, C, H, W]; further arguments are ignored."""
        meta = dict(valid_ratio=self._find_valid_ratio(img) if self._is_padded else 1.0)
        return self.simple_test(img, [meta])

    def simple_test(self, img: torch.Tensor, img_metas: Sequence[dict], **kwargs: Any) -> torch.Tensor:
        """Read images whose widths are known; a model that is patched twice has a `PaddedRecogniser` inside of one."""
        return self.module.simple_test(img, img_metas)

    def _find_valid_ratio(self, img: torch.Tensor) -> torch.Tensor:
        """Return the share of columns before the padding, [B]."""
        has_text = ((img - self.padding).abs() > 1e-3).to(img.dtype).amax((1, 2))  # [B, W]
        columns = torch.arange(1, img.shape[3] + 1, device=img.device).to(img.dtype)
        return ((has_text * columns).amax(1) / img.shape[3]).clamp(self._least, 1)
