"""The preprocessor that flattens bent text (Shi et al. 2016)."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.preprocessor.tps_preprocessor.GridGenerator.build_P_prime',
    classes=['mmocr.models.textrecog.preprocessor.tps_preprocessor.GridGenerator'])
def grid_generator__build_p_prime(ctx, self, batch_C_prime: torch.Tensor,  # noqa: N803  # mmocr's name
                                  device: torch.device | str = 'cuda') -> torch.Tensor:
    """Return where each pixel comes from, [N, pixels, 2], for fiducial points [N, F, 2].

    The original repeats its matrices for each image, and makes a constant of their number.
    """
    return torch.matmul(self.P_hat, torch.matmul(self.inv_delta_C[:, :self.num_fiducial], batch_C_prime))
