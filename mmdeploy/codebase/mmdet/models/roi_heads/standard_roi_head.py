"""The second stage as a whole."""
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.standard_roi_head.StandardRoIHead.simple_test',
    classes=['mmdet.models.roi_heads.StandardRoIHead'])
def standard_roi_head__simple_test(ctx, self, x, proposals, img_metas, **kwargs):
    """Return dets [B, K, 5] and labels [B, K] of proposals [B, N, 5], and with a mask head masks [B, K, h, w]."""
    dets, labels = self.simple_test_bboxes(x, img_metas, proposals, self.test_cfg, rescale=False)
    if not self.with_mask:
        return dets, labels
    return dets, labels, self.simple_test_mask(x, img_metas, dets, labels, rescale=False)
