"""Regression of places (Toshev and Szegedy 2014)."""
import torch

from mmdeploy.core import FUNCTION_REWRITER

from .flip import check_not_flipped


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.heads.DeepposeRegressionHead.inference_model',
    classes=['mmpose.models.heads.DeepposeRegressionHead'])
def deeppose_regression_head__inference_model(ctx, self, x, flip_pairs: None = None) -> torch.Tensor:
    """Return places [N, K, 2] in 0..1 of the input as a tensor; [N, K, 4] with deviations if the head has them."""
    check_not_flipped(flip_pairs)
    output = self.forward(x)
    if self.out_sigma:
        output = torch.cat((output[..., :2], output[..., 2:].sigmoid()), dim=-1)
    return output
