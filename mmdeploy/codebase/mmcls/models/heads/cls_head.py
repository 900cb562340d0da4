"""Heads with one label per image."""
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.heads.ClsHead.post_process',
    classes=['mmcls.models.heads.ClsHead'])
def cls_head__post_process(ctx, self, pred, **kwargs):
    """Keep the scores a tensor; `simple_test` applied the softmax."""
    return pred
