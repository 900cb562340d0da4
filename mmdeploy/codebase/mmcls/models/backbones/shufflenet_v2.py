"""ShuffleNetV2."""
import torch
from mmcls.models.utils import channel_shuffle

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmcls.models.backbones.shufflenet_v2.InvertedResidual.forward',
    classes=['mmcls.models.backbones.shufflenet_v2.InvertedResidual'])
def shufflenetv2_backbone__forward__default(ctx, self, x: torch.Tensor):
    """Split the channels with a static size, which engines fold."""
    if self.stride > 1:
        out = torch.cat((self.branch1(x), self.branch2(x)), dim=1)
    else:
        channels = int(x.shape[1])
        assert channels % 2 == 0, (
            f'ShuffleNetV2 block has {channels} channels, expected an even '
            'number')
        first, second = x.split(channels // 2, dim=1)
        out = torch.cat((first, self.branch2(second)), dim=1)
    return channel_shuffle(out, 2)
