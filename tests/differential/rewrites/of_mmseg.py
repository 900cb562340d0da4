"""Draws of the rewrites of mmseg's layers, and of those that they share with other code bases."""

import mmcv.cnn.bricks.transformer
import mmpose.models.backbones.swin
import torch
from mmcv.cnn.bricks import Conv2dAdaptivePadding
from mmseg.models.backbones.swin import ShiftWindowMSA
from mmseg.models.backbones.vit import VisionTransformer
from mmseg.models.decode_heads import ISAHead, PSAHead
from mmseg.models.decode_heads.dm_head import DCM
from mmseg.models.decode_heads.dpt_head import FeatureFusionBlock
from mmseg.models.decode_heads.knet_head import KernelUpdateHead
from mmseg.models.utils import UpConvBlock, embed
from mmseg.ops import Upsample
from torch.nn import functional as F

from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase
from tests.differential.rewrites.draw import Case, Draw, draws

for _codebase in (Codebase.MMSEG, Codebase.MMPOSE):
    import_codebase(_codebase)
_OPEN = dict(codebase_config=dict(type='mmseg', task='Segmentation'),
             onnx_config=dict(dynamic_axes=dict(input={0: 'batch', 2: 'height', 3: 'width'})))


def _image(draw: Draw, channels: int, low: int = 1, high: int = 13) -> torch.Tensor:
    return draw.tensor([draw.randint(1, 2), channels, draw.randint(low, high), draw.randint(low, high)])


def _with_others(draw: Draw, case: Case, low: int = 1, high: int = 13) -> Case:
    """Open all axes but the channels, and add images of other sizes."""
    if draw.maybe(0.3):
        return case
    case.open_axes = [0, 2, 3]
    case.others = [_image(draw, case.inputs[0].shape[1], low, high) for _ in range(3)]
    case.cfg = _OPEN
    return case


@draws('mmcv.cnn.bricks.transformer.AdaptivePadding.forward', 'mmseg.models.utils.embed.AdaptivePadding.forward')
def adaptive_padding(draw: Draw) -> Case:
    kind = draw.choice([mmcv.cnn.bricks.transformer.AdaptivePadding, embed.AdaptivePadding])
    padding = kind(*(draw.choice([(draw.randint(1, 5), draw.randint(1, 5)), draw.randint(1, 5)]) for _ in range(3)),
                   padding=draw.choice(['corner', 'same']))
    return _with_others(draw, Case(lambda x: padding(x * 1), (_image(draw, 2), )))


@draws('mmcv.cnn.bricks.conv2d_adaptive_padding.Conv2dAdaptivePadding.forward')
def padded_convolution(draw: Draw) -> Case:
    layer = draw.module(Conv2dAdaptivePadding(
        2, 4, *(draw.choice([(draw.randint(1, 5), draw.randint(1, 5)), draw.randint(1, 5)]) for _ in range(2)),
        dilation=draw.randint(1, 2), groups=draw.randint(1, 2), bias=draw.maybe()))
    return _with_others(draw, Case(lambda x: layer(x * 1), (_image(draw, 2), )))


@draws('mmseg.ops.Upsample.forward')
def upsample(draw: Draw) -> Case:
    options = dict(size=(draw.randint(1, 9), draw.randint(1, 9))) if draw.maybe(0.2) else dict(
        scale_factor=draw.choice([2, 4, 1.5, 0.5, 2.3]))
    mode, align = draw.choice([('nearest', None), ('bilinear', False), ('bilinear', True)])
    layer = Upsample(**options, mode=mode, align_corners=align)
    return _with_others(draw, Case(lambda x: layer(x * 1), (_image(draw, 2, 2), )), 2)


@draws('mmseg.models.decode_heads.dm_head.DCM.forward')
def dynamic_filter(draw: Draw) -> Case:
    norm = draw.choice([None, dict(type='BN')])
    layer = draw.module(DCM(draw.randint(1, 5), draw.maybe(), 3, 2, None, norm, dict(type='ReLU')))
    return _with_others(draw, Case(layer, (_image(draw, 3), )))


@draws('mmseg.models.decode_heads.ISAHead.forward')
def interlaced_attention(draw: Draw) -> Case:
    head = draw.module(ISAHead(isa_channels=2, down_factor=draw.choice([(8, 8), (2, 3), (1, 4)]), in_channels=3,
                               channels=4, num_classes=3, norm_cfg=dict(type='BN')))
    return _with_others(draw, Case(lambda x: head([x]), (_image(draw, 3), )))


@draws('mmseg.models.decode_heads.PSAHead.forward')
def spatial_attention(draw: Draw) -> Case:
    """Compact masks have a place for each place of the map, whose size is then given."""
    compact, factor = draw.maybe(0.3), draw.choice([1, 2, 2, 3])
    x = _image(draw, 3, 2, 9)
    size = (draw.choice([3, 5]), draw.choice([3, 7]))
    if compact:
        size = tuple((side - 1) // factor + 1 if all(s % factor for s in x.shape[2:]) else side // factor
                     for side in x.shape[2:])
    head = draw.module(PSAHead(size, draw.choice(['collect', 'distribute', 'bi-direction']), compact, factor,
                               draw.choice([None, 1.0]), draw.maybe(), in_channels=3, channels=4, num_classes=3,
                               norm_cfg=dict(type='BN')))
    case = Case(lambda x: head([x]), (x, ))
    return case if compact else _with_others(draw, case, 2, 9)


@draws('mmseg.models.decode_heads.dpt_head.FeatureFusionBlock.forward')
def fused_features(draw: Draw) -> Case:
    block = draw.module(FeatureFusionBlock(3, dict(type='ReLU'), dict(type='BN'), draw.maybe(), draw.maybe()))
    if draw.maybe(0.2):
        return _with_others(draw, Case(lambda x: block(x * 1), (_image(draw, 3, 2), )), 2)
    # As in the head: the second map is what an earlier block enlarged to twice an odd or even size.
    case = Case(lambda x: block(x * 1, x[:, :, ::2, ::2].repeat(1, 1, 2, 2)), (_image(draw, 3, 2), ))
    return _with_others(draw, case, 2)


@draws('mmseg.models.decode_heads.knet_head.KernelUpdateHead.forward')
def refined_kernels(draw: Draw) -> Case:
    """Masks of half the size are as of a network whose features are larger; strides need an even size."""
    size, stride, gather = draw.choice([1, 1, 3]), draw.choice([1, 1, 2]), draw.choice([1, 1, 2])
    options = dict(kernel_size=3, norm_cfg=dict(type='BN')) if gather == 2 or draw.maybe(0.3) else None
    head = draw.module(KernelUpdateHead(
        5, 2, 2, draw.randint(1, 2), 6, 4, 4, conv_kernel_size=size, feat_transform_cfg=options,
        with_ffn=draw.maybe(0.8), feat_gather_stride=gather, mask_transform_stride=stride,
        kernel_updator_cfg=dict(type='KernelUpdator', in_channels=4, feat_channels=4, out_channels=4,
                                gate_norm_act=draw.maybe(), activate_out=draw.maybe(),
                                act_cfg=dict(type='ReLU'), norm_cfg=dict(type='LN'))))
    halves = draw.maybe(0.3)
    kernels = draw.tensor([1, 5, 4, size, size])

    def function(x, kernels):
        masks = x[:, :1] * torch.arange(1., 6)[:, None, None]
        kernels = kernels.expand(x.shape[0], -1, -1, -1, -1) * (1 + x.mean((2, 3))[:, None, :, None, None])
        return head(x * 1, kernels, F.avg_pool2d(masks, 2) if halves else masks, None)

    case = _with_others(draw, Case(function, (_image(draw, 4, 2, 5).repeat(1, 1, 2, 2), kernels)), 2)
    case.others = [x.repeat(1, 1, 2, 2) for x in case.others]
    return case


@draws('mmseg.models.utils.UpConvBlock.forward')
def up_block(draw: Draw) -> Case:
    from mmseg.models.backbones.unet import BasicConvBlock
    block = draw.module(UpConvBlock(BasicConvBlock, 3, 2, 2, num_convs=1, upsample_cfg=draw.choice([
        dict(type='InterpConv'), dict(type='DeconvModule', kernel_size=4)])))
    case = _with_others(draw, Case(lambda x: block(x[:, :2], F.avg_pool2d(x, 2)),
                                   (_image(draw, 3, 1, 6).repeat(1, 1, 2, 2), )))
    case.others = [x.repeat(1, 1, 2, 2) for x in case.others]
    return case


@draws('mmseg.models.backbones.vit.VisionTransformer._pos_embeding')
def positions(draw: Draw) -> Case:
    size = (draw.randint(1, 4) * 4, draw.randint(1, 4) * 4)
    model = draw.module(VisionTransformer(size, 4, embed_dims=8, num_layers=1, num_heads=2, mlp_ratio=1,
                                          with_cls_token=draw.maybe(), patch_norm=draw.maybe(),
                                          interpolate_mode=draw.choice(['bicubic', 'bilinear']), final_norm=True))
    case = _with_others(draw, Case(lambda x: model(x)[0], (_image(draw, 3, 4, 17), )), 4, 17)
    if case.others and draw.maybe():
        case.others[0] = draw.tensor([1, 3, *size])  # as many positions as it has
    return case


@draws('mmseg.models.backbones.swin.ShiftWindowMSA.forward', 'mmpose.models.backbones.swin.ShiftWindowMSA.forward')
def shifted_windows(draw: Draw) -> Case:
    window = draw.randint(2, 4)
    kind = draw.choice([ShiftWindowMSA, mmpose.models.backbones.swin.ShiftWindowMSA])
    layer = draw.module(kind(4, draw.choice([1, 2]), window, draw.randrange(window), draw.maybe()))

    def function(x):
        return layer(x.flatten(2).transpose(1, 2), x.shape[2:])

    return _with_others(draw, Case(function, (_image(draw, 4, 1, 9), )), 1, 9)


@draws('torch.einsum@onnx')
def einsum(draw: Draw) -> Case:
    sizes = {letter: draw.randint(1, 4) for letter in 'abcdefghijknw'}
    equation = draw.choice(['bcn,bck->bnk', 'bchw,bciw->bwhi', 'bciw,bhwi->bchw', 'ab,bc->ac', 'ab,cb->ca', 'a,ab->b',
                            'ab,b->a', 'abcd,abcd->ab', 'abcd,ecd->eab', 'abc,bca->', 'ab,ab->ba', 'ab,ac->abc',
                            'abd,bc->abcd', 'aab,b->a', 'ab->ba', 'ab,bc', '...a,ab->...b', 'abc,acd,ade->abe'])
    terms = equation.partition('->')[0].replace('...', 'fg').split(',')
    inputs = [draw.tensor([sizes[letter] for letter in term]) for term in terms]
    if draw.maybe(0.2):
        inputs[-1] = inputs[-1][..., :1]  # a size of 1 is as large as any other
    case = Case(lambda *x: torch.einsum(equation, *x), inputs, opset=draw.choice([11, 12, 13]))
    return case
