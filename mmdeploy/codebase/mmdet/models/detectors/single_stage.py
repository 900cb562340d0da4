"""One-stage detectors."""
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewritten import check_rewritten


@FUNCTION_REWRITER.register_rewriter('mmdet.models.detectors.single_stage.SingleStageDetector.simple_test')
def single_stage_detector__simple_test(ctx, self, img, img_metas, **kwargs):
    """Return what the head selects, as tensors; `img` is [B, C, H, W].

    Raises:
        NotServedError: no rewrite lets the head select boxes of a batch.
    """
    check_rewritten(self.bbox_head, 'get_bboxes')
    return self.bbox_head.simple_test(self.extract_feat(img), img_metas, **kwargs)
