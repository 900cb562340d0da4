"""Two-stage detectors."""
from mmdeploy.core import FUNCTION_REWRITER, mark
from mmdeploy.core.rewriters.rewritten import check_rewritten


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.two_stage.TwoStageDetector.extract_feat')
@mark('extract_feat', inputs='img', outputs='feat')
def two_stage_detector__extract_feat(ctx, self, img):
    """Mark the image and the features of each level."""
    return ctx.origin_func(self, img)


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.two_stage.TwoStageDetector.simple_test')
def two_stage_detector__simple_test(ctx, self, img, img_metas, proposals=None, **kwargs):
    """Return what the second stage selects, as tensors; `img` is [B, C, H, W].

    Raises:
        NotServedError: no rewrite lets one of the stages select boxes of a batch.
    """
    if proposals is None:
        check_rewritten(self.rpn_head, 'get_bboxes')
    check_rewritten(self.roi_head, 'simple_test')
    feats = self.extract_feat(img)
    if proposals is None:
        proposals, _ = self.rpn_head.simple_test_rpn(feats, img_metas)
    return self.roi_head.simple_test(feats, proposals, img_metas, rescale=False)
