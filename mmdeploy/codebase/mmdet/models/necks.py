"""Necks."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

_L2NORM = 'mmdet.models.necks.ssd_neck.L2Norm'


@FUNCTION_REWRITER.register_rewriter(f'{_L2NORM}.forward', classes=[_L2NORM])
def l2norm__forward__default(ctx, self, x):
    """Scale the channels at each place of [B, C, H, W] to length 1, then each channel by its weight."""
    return torch.nn.functional.normalize(x, dim=1) * self.weight[None, :, None, None]


@FUNCTION_REWRITER.register_rewriter(f'{_L2NORM}.forward', backend=Backend.TENSORRT.value, classes=[_L2NORM])
def l2norm__forward__tensorrt(ctx, self, x):
    """See `l2norm__forward__default`; TensorRT before version 8 gets what mmdet calculates."""
    from packaging.version import Version
    try:
        import tensorrt
    except ImportError:
        return l2norm__forward__default(ctx, self, x)
    if Version(tensorrt.__version__) < Version('8'):
        return ctx.origin_func(self, x)
    return l2norm__forward__default(ctx, self, x)
