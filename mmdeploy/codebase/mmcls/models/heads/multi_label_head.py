"""Heads with several labels per image."""
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.heads.MultiLabelClsHead.post_process',
    classes=['mmcls.models.heads.MultiLabelClsHead'])
def multi_label_cls_head__post_process(ctx, self, pred, **kwargs):
    """Keep the scores a tensor; `simple_test` applied the sigmoid."""
    return pred
