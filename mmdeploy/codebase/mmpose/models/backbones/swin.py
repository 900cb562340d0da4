"""Swin transformers."""
from collections.abc import Sequence

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.mmcv.cnn.windows import attend_in_windows


@FUNCTION_REWRITER.register_rewriter(
    'mmpose.models.backbones.swin.ShiftWindowMSA.forward', classes=['mmpose.models.backbones.swin.ShiftWindowMSA'])
def shift_window_msa__forward(ctx, self, query: torch.Tensor, hw_shape: Sequence) -> torch.Tensor:
    """See `attend_in_windows`."""
    return attend_in_windows(self, query, hw_shape)
