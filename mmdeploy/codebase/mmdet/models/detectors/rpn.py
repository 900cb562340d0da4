"""The region proposal network alone."""
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewritten import check_rewritten


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.rpn.RPN.simple_test')
def rpn__simple_test(ctx, self, img, img_metas, **kwargs):
    """Return proposals [B, K, 5] and labels [B, K], which are 0, as tensors; `img` is [B, C, H, W].

    Raises:
        NotServedError: no rewrite lets the head select boxes of a batch.
    """
    check_rewritten(self.rpn_head, 'get_bboxes')
    proposals, levels = self.rpn_head.simple_test_rpn(self.extract_feat(img), img_metas)
    return proposals, levels * 0
