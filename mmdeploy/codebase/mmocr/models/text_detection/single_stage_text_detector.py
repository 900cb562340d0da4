"""Text detectors of one stage."""
from typing import Any

import torch

from mmdeploy.codebase.mmocr.deploy.check import DETECTORS
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textdet.SingleStageTextDetector.simple_test',
    classes=[f'mmocr.models.textdet.{name}' for name in DETECTORS])
def single_stage_text_detector__simple_test(ctx, self, img: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return the maps of the head for images [B, C, H, W]: [B, maps, h, w]. Boundaries are found outside."""
    return self.bbox_head(self.extract_feat(img))
