"""All classifiers."""
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.classifiers.ImageClassifier.forward',
    classes=['mmcls.models.classifiers.ImageClassifier'])
@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.classifiers.BaseClassifier.forward')
def base_classifier__forward(ctx, self, img, return_loss=False, **kwargs):
    """Classify: a deployed model never trains.

    Args:
        img: [B, C, H, W].
        return_loss: ignored.

    Returns:
        Scores [B, classes].
    """
    return self.simple_test(img, **kwargs)
