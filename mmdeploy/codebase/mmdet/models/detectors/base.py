"""What all detectors share."""
import torch

from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.core.rewriters.rewritten import check_rewritten
from mmdeploy.utils import is_dynamic_shape


@mark('detector_forward', inputs=['input'], outputs=['dets', 'labels', 'masks'])
def __forward_impl(ctx, self, img, img_metas, **kwargs):
    """Tell the size of the image, and detect."""
    check_rewritten(self, 'simple_test')
    size = torch._shape_as_tensor(img)[2:] if is_dynamic_shape(ctx.cfg) else [int(n) for n in img.shape[2:]]
    img_metas = [dict(meta) for meta in img_metas or [{}]]
    img_metas[0]['img_shape'] = size
    return self.simple_test(img, img_metas, **kwargs)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.base.BaseDetector.forward')
def base_detector__forward(ctx, self, img, img_metas=None, return_loss=False, **kwargs):
    """Detect objects.

    Args:
        ctx: context of the rewrite.
        self: the detector.
        img: [B, C, H, W], or a list of one.
        img_metas: meta information of each image, or a list of one list.
        return_loss: ignored: a deployed model does not train.
        kwargs: passed on.

    Returns:
        Dets [B, K, 5] and labels [B, K], and masks [B, K, h, w] if the detector has them.

    Raises:
        NotServedError: no rewrite lets the detector, or its head, answer for a batch.
    """
    if isinstance(img, list):
        assert len(img) == 1, 'do not support aug_test'
        img = img[0]
    if isinstance(img_metas, torch.Tensor):
        img_metas = None  # PyTorch's exporter passes the default of a later parameter in place of what is left out
    if img_metas and isinstance(img_metas[0], list):
        assert len(img_metas) == 1, 'do not support aug_test'
        img_metas = img_metas[0]
    return __forward_impl(ctx, self, img, img_metas=img_metas, **kwargs)
