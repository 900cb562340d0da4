"""Models that find key points in a box."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.detectors.top_down.TopDown.forward', classes=['mmpose.models.detectors.TopDown'])
def top_down__forward(ctx, self, img: torch.Tensor, *args, **kwargs) -> torch.Tensor:
    """Return what the head says of boxes [B, 3, H, W], before it is decoded; the flipped image is not looked at.

    Returns:
        Maps [B, K, H/4, W/4], or places of a regression [B, K, 2 or 4].
    """
    features = self.backbone(img)
    if self.with_neck:
        features = self.neck(features)
    return self.keypoint_head.inference_model(features, flip_pairs=None)
