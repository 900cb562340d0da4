"""SSD: its boxes are those of `base_dense_head`, which has a way of its own in ncnn only."""
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

from .base_dense_head import base_dense_head__get_bbox
from .ncnn import select_in_ncnn


@FUNCTION_REWRITER.register_rewriter('mmdet.models.dense_heads.SSDHead.get_bboxes', backend=Backend.NCNN.value,
                                     classes=['mmdet.models.dense_heads.SSDHead'])
def ssd_head__get_bboxes__ncnn(ctx, self, cls_scores, bbox_preds, score_factors=None, img_metas=None, cfg=None,
                               rescale=False, with_nms=True, **kwargs):
    """See `base_dense_head__get_bboxes__ncnn`; `score_factors` is ignored: the network has none."""
    return select_in_ncnn(ctx, self, base_dense_head__get_bbox, (cls_scores, bbox_preds), img_metas, cfg, with_nms)
