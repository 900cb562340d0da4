"""Global average pooling."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.necks.GlobalAveragePooling.forward',
    classes=['mmcls.models.necks.GlobalAveragePooling'])
def gap__forward(ctx, self, inputs):
    """Flatten instead of a reshape, which would record the batch size."""
    if isinstance(inputs, tuple):
        return tuple(self.gap(x).flatten(1) for x in inputs)
    if isinstance(inputs, torch.Tensor):
        return self.gap(inputs).flatten(1)
    raise TypeError('neck inputs should be tuple or torch.tensor')
