"""Two-stage detectors."""
from mmdeploy.core import FUNCTION_REWRITER, mark

from .results import tensors_of


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.two_stage.TwoStageDetector.extract_feat')
@mark('extract_feat', inputs='img', outputs='feat')
def two_stage_detector__extract_feat(ctx, self, img):
    """Mark the image and the features of each level."""
    return ctx.origin_func(self, img)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.two_stage.TwoStageDetector.simple_test')
def two_stage_detector__simple_test(ctx, self, img, img_metas, **kwargs):
    """Return what the second stage selects, as tensors; `img` is [B, C, H, W]."""
    feats = self.extract_feat(img)
    proposals, _ = self.rpn_head.simple_test_rpn(feats, img_metas)
    return tensors_of(self.roi_head.simple_test(feats, proposals, img_metas, rescale=False), self.roi_head)
