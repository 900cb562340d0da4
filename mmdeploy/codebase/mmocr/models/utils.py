"""What rewrites of recognisers share."""
import math
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.codebase.mmocr.deploy.text_task import get_pipeline_config
from mmdeploy.utils import load_config


def get_resize_ocr(model_cfg: str | mmcv.Config) -> tuple[int | None, int | None, bool]:
    """Return `min_width`, `max_width` and `keep_aspect_ratio` of ResizeOCR in the test pipeline.

    Raises:
        ValueError: there is none.
    """
    pipeline = get_pipeline_config(load_config(model_cfg)[0])
    steps = [inner for step in pipeline for inner in (step.get('transforms', None) or [step])]
    for step in steps:
        if step['type'] == 'ResizeOCR':
            return step.get('min_width', None), step.get('max_width', None), step.get('keep_aspect_ratio', True)
    raise ValueError(f'model config: the test pipeline has no ResizeOCR, found: {", ".join(s["type"] for s in steps)}')


def get_valid_widths(img_metas: Sequence[dict] | None, width: int | torch.Tensor,
                     like: torch.Tensor) -> torch.Tensor | None:
    """Return how many columns of each feature map are of the image and not of its padding, int64 [B] or [1].

    Args:
        img_metas: of each image; `valid_ratio` is a number, or in the only one a tensor [B].
        width: columns of the feature map.
        like: a tensor on the device that is wanted.

    Returns:
        None where there is no padding.
    """
    ratios = [meta.get('valid_ratio', 1.0) for meta in img_metas or ()]
    if ratios and isinstance(ratios[0], torch.Tensor):
        # A ratio is rounded, and a bit above a whole number is none more. None is above 1, so no width is above all.
        return (ratios[0] * width - 1e-3).ceil().long()
    if all(ratio >= 1 for ratio in ratios):
        return None
    return torch.tensor([min(int(width), math.ceil(int(width) * ratio)) for ratio in ratios], device=like.device)


def get_valid_mask(img_metas: Sequence[dict] | None, width: int | torch.Tensor,
                   like: torch.Tensor) -> torch.Tensor | None:
    """Return where columns are of the image, bool [B, width] or [1, width]; see `get_valid_widths`."""
    widths = get_valid_widths(img_metas, width, like)
    return None if widths is None else torch.arange(width, device=like.device)[None] < widths[:, None]
