"""The second stage as a whole."""
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmdet.models.roi_heads.standard_roi_head.StandardRoIHead.simple_test',
    classes=['mmdet.models.roi_heads.StandardRoIHead'])
def standard_roi_head__simple_test(ctx, self, x, proposals, img_metas, **kwargs):
    """Return dets [B, K, 5] and labels [B, K] of proposals [B, N, 5]."""
    if self.with_mask:
        raise NotImplementedError('detectors with masks cannot be converted yet: remove `mask_head` and '
                                  '`mask_roi_extractor` from model.roi_head of the model config')
    return self.simple_test_bboxes(x, img_metas, proposals, self.test_cfg, rescale=False)
