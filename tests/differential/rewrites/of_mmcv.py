"""Draws of the rewrites of mmcv's operators and layers.

Its operators compute something else from tensors that are not contiguous, so theirs are.
"""

import mmcv.ops
import torch
from mmcv.cnn.bricks.transformer import MultiheadAttention, PatchEmbed

import mmdeploy.mmcv  # noqa: F401  # registers the rewrites
from mmdeploy.mmcv.ops import ONNXNMSop
from tests.differential.rewrites.draw import Case, Draw, draws


def boxes_of(draw: Draw, shape: list[int], extent: float = 20) -> torch.Tensor:
    """Return boxes [*shape, 4]; some have no area, some lie over another one."""
    corner = torch.rand([*shape, 2], generator=draw.generator()) * extent
    size = torch.rand([*shape, 2], generator=draw.generator()) * draw.choice([1, extent / 2, extent])
    return torch.cat([corner, corner + (size - 0.1).clamp(min=0)], -1)


def scores_of(draw: Draw, shape: list[int]) -> torch.Tensor:
    """Return scores, all different: of equal ones, nobody says which comes first."""
    count = torch.Size(shape).numel()
    return (torch.randperm(count, generator=draw.generator()).float() / max(count, 1)).reshape(shape)


def rois_of(draw: Draw, images: int, sides: int = 4, smallest: float = 0) -> torch.Tensor:
    """Return rois [N, 1 + 4 or 5] of some images; rotated ones have a centre, sizes and an angle."""
    count = draw.choice([0, 1, draw.randint(1, 6)])
    image = torch.randint(images, (count, 1), generator=draw.generator()).float()
    boxes = boxes_of(draw, [count], 30) - 3 + torch.tensor([0, 0, smallest, smallest])
    if sides == 5:
        angle = torch.randn(count, 1, generator=draw.generator())
        boxes = torch.cat([boxes[:, :2], (boxes[:, 2:] - boxes[:, :2]).clamp(min=0.1), angle], 1)
    return torch.cat([image, boxes], 1)


@draws('mmcv.ops.roi_align.__self__', 'mmcv.ops.roi_align.RoIAlignFunction.forward')
def roi_align(draw: Draw) -> Case:
    images = draw.randint(1, 2)
    x = draw.tensor([images, draw.randint(1, 4), draw.randint(1, 12), draw.randint(1, 12)]).contiguous()
    size = draw.choice([draw.randint(1, 4), (draw.randint(1, 4), draw.randint(1, 4))])
    scale, ratio = draw.choice([0.25, 1.0, 0.5]), draw.randint(0, 3)
    mode, aligned = draw.choice(['avg', 'avg', 'max']), draw.maybe()
    backend, opset = draw.choice(['onnxruntime', 'onnxruntime', 'tensorrt', 'pplnn']), draw.choice([11, 13, 16])
    # ONNX itself has no smaller ones before operator set 16, of which the export warns.
    rois = rois_of(draw, images, smallest=1 / scale + 0.1 if backend == 'onnxruntime' and opset < 16 else 0)
    return Case(lambda x, rois: mmcv.ops.roi_align(x * 1, rois, size, scale, ratio, mode, aligned), (x, rois),
                backend, opset)  # yapf: disable


@draws('mmcv.ops.roi_align_rotated.__self__', 'mmcv.ops.roi_align_rotated.RoIAlignRotatedFunction.forward')
def roi_align_rotated(draw: Draw) -> Case:
    images = draw.randint(1, 2)
    x = draw.tensor([images, draw.randint(1, 4), draw.randint(1, 12), draw.randint(1, 12)]).contiguous()
    rois = rois_of(draw, images, 5)
    size = draw.choice([draw.randint(1, 4), (draw.randint(1, 4), draw.randint(1, 4))])
    scale, ratio, aligned, clockwise = draw.choice([0.25, 1.0]), draw.randint(0, 3), draw.maybe(), draw.maybe()
    return Case(
        lambda x, rois: mmcv.ops.roi_align_rotated(x * 1, rois, size, scale, ratio, aligned, clockwise), (x, rois),
        draw.choice(['onnxruntime', 'default']),
    )  # yapf: disable


def _convolution(draw: Draw) -> tuple:
    """Return an image, offsets, a mask, a weight and the other arguments of a deformable convolution."""
    groups, deform_groups = draw.choice([1, 1, 2]), draw.choice([1, 1, 2])
    channels = groups * deform_groups * draw.randint(1, 2)
    kernel = [draw.randint(1, 3), draw.randint(1, 3)]
    stride, padding, dilation = (
        draw.choice([draw.randint(low, 2), (draw.randint(low, 2), draw.randint(low, 2))]) for low in (1, 0, 1))
    x = draw.tensor([draw.randint(1, 2), channels, draw.randint(5, 8), draw.randint(5, 8)]).contiguous()

    def of(value: int | tuple[int, int], axis: int) -> int:
        return value if isinstance(value, int) else value[axis]

    out = [(x.shape[2 + i] + 2 * of(padding, i) - of(dilation, i) * (kernel[i] - 1) - 1) // of(stride, i) + 1
           for i in range(2)]  # yapf: disable
    taps = deform_groups * kernel[0] * kernel[1]
    offset, mask = (draw.tensor([x.shape[0], count * taps, *out]).contiguous() for count in (2, 1))
    weight = draw.tensor([groups * draw.randint(1, 3), channels // groups, *kernel]).contiguous()
    return x, offset, mask, weight, (stride, padding, dilation, groups, deform_groups)


@draws('mmcv.ops.deform_conv.DeformConv2dFunction', 'mmcv.ops.deform_conv.DeformConv2dFunction.forward')
def deform_conv(draw: Draw) -> Case:
    x, offset, _, weight, options = _convolution(draw)
    return Case(lambda x, offset: mmcv.ops.deform_conv2d(x * 1, offset, weight, *options), (x, offset),
                draw.choice(['onnxruntime', 'default']))  # yapf: disable


class _Deformed(torch.nn.Module):
    """A deformable convolution whose offsets come from the image."""

    def __init__(self, channels: int, kernel: tuple[int, int], dilation: int, deform_groups: int):
        super().__init__()
        # Of every size comes the same one.
        padding = tuple(dilation * (size - 1) // 2 for size in kernel)
        options = dict(padding=padding, dilation=dilation)
        self.offset = torch.nn.Conv2d(channels, deform_groups * 2 * kernel[0] * kernel[1], kernel, **options)
        self.conv = mmcv.ops.DeformConv2d(channels, 2, kernel, deform_groups=deform_groups, **options)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x * 1, self.offset(x))


@draws('mmcv.ops.deform_conv.DeformConv2d.forward')
def deform_conv_layer(draw: Draw) -> Case:
    """Of images that are smaller than the kernel, too, and of other ones than the traced one."""
    deform_groups, kernel = draw.randint(1, 2), (draw.choice([1, 3, 5]), draw.choice([1, 3, 5]))
    module = draw.module(_Deformed(2, kernel, draw.randint(1, 2), deform_groups))
    x = draw.tensor([1, 2, draw.randint(1, 7), draw.randint(1, 7)])
    return draw.opened(Case(module, (x,), draw.choice(['onnxruntime', 'default'])), [2, 3])


@draws('mmcv.ops.modulated_deform_conv.ModulatedDeformConv2dFunction',
       'mmcv.ops.modulated_deform_conv.ModulatedDeformConv2dFunction.forward')
def modulated_deform_conv(draw: Draw) -> Case:
    x, offset, mask, weight, options = _convolution(draw)
    bias = draw.tensor([weight.shape[0]]) if draw.maybe() else None
    return Case(lambda x, offset, mask: mmcv.ops.modulated_deform_conv2d(x * 1, offset, mask, weight, bias, *options),
                (x, offset, mask), draw.choice(['onnxruntime', 'default']))  # yapf: disable


@draws('mmcv.ops.nms.NMSop', 'mmcv.ops.nms.NMSop.forward')
def nms_of_mmcv(draw: Draw) -> Case:
    count = draw.choice([1, draw.randint(1, 12)])
    boxes, scores = boxes_of(draw, [count]), scores_of(draw, [count]) - draw.choice([0, 0.2])
    options = dict(iou_threshold=draw.choice([0.1, 0.3, 0.6]), offset=draw.choice([0, 0, 1]),
                   score_threshold=draw.choice([0, 0, 0.25]), max_num=draw.choice([-1, draw.randint(1, 5)]))
    return Case(lambda boxes, scores: mmcv.ops.nms(boxes * 1, scores, **options)[1] * 1, (boxes, scores),
                opset=draw.choice([11, 13]))  # yapf: disable


@draws('mmdeploy.mmcv.ops.ONNXNMSop')
def nms_of_onnx(draw: Draw) -> Case:
    images, classes, count = draw.randint(1, 2), draw.randint(1, 3), draw.randint(1, 10)
    boxes, scores = boxes_of(draw, [images, count]), scores_of(draw, [images, classes, count])
    limits = draw.randint(1, 6), draw.choice([0.1, 0.3, 0.6]), draw.choice([0.0, 0.33])
    return Case(lambda boxes, scores: ONNXNMSop.apply(boxes * 1, scores, *limits) * 1, (boxes, scores),
                draw.choice(['onnxruntime', 'default']))  # yapf: disable


@draws('mmcv.cnn.bricks.transformer.PatchEmbed.forward@ncnn')
def patch_embed(draw: Draw) -> Case:
    kernel, stride = draw.randint(1, 4), draw.randint(1, 4)
    embed = PatchEmbed(
        draw.randint(1, 3), draw.randint(2, 6), kernel_size=kernel, stride=stride,
        padding=draw.choice([0, 1, 'same', 'corner']), norm_cfg=draw.choice([None, dict(type='LN')]),
    )  # yapf: disable
    embed = draw.module(embed)
    x = draw.tensor([1, embed.projection.in_channels, draw.randint(4, 9), draw.randint(4, 9)])
    return Case(lambda x: embed(x * 1)[0] * 1, (x,), 'ncnn', tolerance=1e-3)


@draws('mmcv.cnn.bricks.transformer.MultiheadAttention.forward@ncnn')
def attention(draw: Draw) -> Case:
    heads = draw.randint(1, 3)
    module = draw.module(MultiheadAttention(heads * draw.randint(1, 3), heads, batch_first=draw.maybe(0.9)))
    x = draw.tensor([draw.choice([1, 1, 1, 2]), draw.randint(1, 5), module.embed_dims])
    position = draw.tensor(x.shape)
    options = draw.choice([
        {}, {}, dict(query_pos=position), dict(query_pos=position, key_pos=position), dict(key_pos=position),
        dict(identity=position), dict(query_pos=position, key_pos=position * 2),
        dict(attn_mask=torch.zeros(x.shape[1], x.shape[1])),
    ])  # yapf: disable
    return Case(lambda x: module(x * 1, **options) * 1, (x,), 'ncnn', tolerance=1e-3)
