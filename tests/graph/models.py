"""Models on which optimised graphs are compared with their originals.

Weights are random; they are drawn so that detectors find something and nothing is a tie.
"""
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import onnx
import onnx.version_converter
import torch
import torchvision
from torch import Tensor, nn

from mmdeploy.apis.onnx import export as onnx_export
from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Backend, Codebase
from tests.models import architectures


class Example(NamedTuple):
    """A model, how to export it, and what to run it on."""

    build: Callable[[], nn.Module]
    inputs: Callable[[], tuple[Tensor, ...]]
    # Dimensions that stay open, as of torch.onnx.export; the names are those of `input_names`.
    dynamic_axes: dict[str, dict[int, str]] = {}
    opset: int = 11
    input_names: tuple[str, ...] = ('input', )
    # Other inputs than those of the export, where axes are open.
    more_inputs: Callable[[], Sequence[tuple[Tensor, ...]]] = lambda: ()
    # The exporter is to leave the folding of constants and weights to us.
    raw: bool = False
    # Raise the exported model to this operator set, which PyTorch does not write.
    raise_to: int = 0
    # Writes the model to a path instead of torch.onnx.export.
    write: Callable[[str], None] | None = None


def spread(model: nn.Module, gain: float = 1.0) -> nn.Module:
    """Give a model weights with which its outputs depend on its inputs."""
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            fan = module.weight[0].numel()
            module.weight.data.normal_(0, gain * fan**-0.5, generator=generator)
            if module.bias is not None:
                module.bias.data.normal_(0, 0.1, generator=generator)
        elif getattr(module, 'running_var', None) is not None:
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            module.weight.data.uniform_(0.5, 1.5, generator=generator)
            module.bias.data.normal_(0, 0.1, generator=generator)
    return model.eval()


def images(*sizes: tuple[int, ...], seed: int = 0) -> tuple[Tensor, ...]:
    """Return soft random shapes of the given sizes, values about 0 to 1."""
    generator = torch.Generator().manual_seed(seed)
    result = []
    for size in sizes:
        coarse = torch.rand((size[0], size[1], 5, 5), generator=generator)
        result.append(torch.nn.functional.interpolate(coarse, size[2:], mode='bicubic'))
    return tuple(result)


class FirstOutput(nn.Module):
    """The segmentation map alone."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        """Return the main output."""
        return self.model(x)['out']


class OneImage(nn.Module):
    """A torchvision detector of one image without batch dimension."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return boxes, labels, scores (and masks)."""
        return list(self.model([x])[0].values())


def _detector(name: str, small: bool = True, **options: object) -> Callable[[], nn.Module]:

    def build() -> nn.Module:
        torch.manual_seed(0)
        keys = dict(weights=None, weights_backbone=None, num_classes=11 if small else 91)
        if small and not name.startswith('ssd'):
            keys.update(min_size=96, max_size=128)
        if small:
            keys.update(options)
        return OneImage(spread(getattr(torchvision.models.detection, name)(**keys)))

    return build


def _segmenter(name: str) -> Callable[[], nn.Module]:

    def build() -> nn.Module:
        torch.manual_seed(0)
        model = getattr(torchvision.models.segmentation, name)(
            weights=None, weights_backbone=None, num_classes=5)
        return FirstOutput(spread(model))

    return build


def _classifier(name: str) -> Callable[[], nn.Module]:

    def build() -> nn.Module:
        torch.manual_seed(0)
        return spread(getattr(torchvision.models, name)(weights=None))

    return build


def _image(*size: int) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: tuple(image[0] if len(size) == 3 else image
                         for image in images(size if len(size) == 4 else (1, *size)))


BATCH_AND_SIZE = {'input': {0: 'batch', 2: 'height', 3: 'width'}}
HEIGHT_AND_WIDTH = {'input': {1: 'height', 2: 'width'}}


class SelectAssign(nn.Module):
    """`y[x < c] = z[x < c]`, which exporters write with indices."""

    def forward(self, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """Return the choice by element."""
        y = y.clone()
        y[x < 0.5] = z[x < 0.5]
        return y


class ShapeArithmetic(nn.Module):
    """Sizes computed in every way."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return tensors whose shapes are computed."""
        zeros = x.new_zeros(x.shape[-2:])
        flat = x.reshape(x.shape[0], -1)
        split = x.reshape(x.shape[0], 2, x.shape[1] // 2, x.shape[2], x.shape[3])
        shuffled = split.transpose(1, 2).reshape(x.shape)
        wide = x[:, :1].expand(x.shape[0], x.shape[1], x.shape[2], x.shape[3]) + zeros
        back = flat.view(x.shape[0], x.shape[1], x.shape[2] * x.shape[3]).permute(0, 2, 1)
        return shuffled + wide, back.transpose(1, 2).reshape_as(x) * 1.0 + 0.0, flat.unsqueeze(1).squeeze(1)


class _Branches(nn.Module):

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[0] > 1:
            y = x[0:1] * 2 + x[1:2]
        else:
            y = x - 1
        total = torch.zeros_like(y)
        for i in range(int(x.shape[2])):
            total = total + y * float(i) + x.shape[1]
        return total + y


class _Growing(nn.Module):

    def forward(self, x: Tensor) -> Tensor:
        y = x
        total = torch.zeros(1)
        for i in range(x.shape[1]):
            y = torch.cat([y, x])
            total = total + float(y.shape[0]) + y.reshape(y.shape[0], -1).sum()
            if i > 1:
                y = y[:2]
            else:
                y = torch.cat([y, y])
        return total + y.shape[0]


class _Steps(nn.Module):

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        once = x
        for i in range(1):
            once = once * 2 + float(i)
        several = x
        for i in range(3):
            several = several * 0.5 + float(i) - once
        return once, several


class TransformerBlock(nn.Module):
    """Attention, norms, gelu and hardswish spelled out."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, activation='gelu', batch_first=True)
        self.norm = nn.LayerNorm(16)

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens of the same size."""
        # Not eval(): the fused fast path has no export.
        return nn.functional.hardswish(self.norm(self.layer(x)))


def _transformer() -> nn.Module:
    torch.manual_seed(0)
    model = TransformerBlock().eval()
    model.layer.train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


class ScaledConvs(nn.Module):
    """Norms, factors, pads and activations around convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.up = nn.ConvTranspose2d(8, 6, 2, stride=2, groups=2)
        self.up_norm = nn.BatchNorm2d(6)
        self.frozen = torchvision.ops.FrozenBatchNorm2d(4)
        self.point = nn.Conv2d(6, 4, 1)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Return scores."""
        x = nn.functional.pad(x, (1, 2, 0, 1))
        x = nn.functional.relu6(torch.relu(self.norm(self.conv(x))))
        x = self.up_norm(self.up(x)) * 0.5 + 1.0
        x = nn.functional.hardswish(self.frozen(self.point(x)))
        x = nn.functional.adaptive_avg_pool2d(x, 1)
        return torch.relu(self.head(x.view(x.shape[0], -1)))


QUICK = {
    'scaled_convs-11': Example(lambda: spread(ScaledConvs()), _image(1, 3, 12, 10), BATCH_AND_SIZE, 11,
                               more_inputs=lambda: [images((2, 3, 9, 14))], raw=True),
    'scaled_convs-14': Example(lambda: spread(ScaledConvs()), _image(1, 3, 12, 10), opset=14, raw=True),
    'shape_arithmetic-11': Example(ShapeArithmetic, _image(1, 4, 6, 5), {
        'input': {0: 'n', 1: 'c', 2: 'h', 3: 'w'}}, 11, more_inputs=lambda: [images((2, 6, 3, 4))]),
    'shape_arithmetic-17': Example(ShapeArithmetic, _image(1, 4, 6, 5), {
        'input': {0: 'n', 2: 'h', 3: 'w'}}, 17, more_inputs=lambda: [images((3, 4, 3, 4))]),
    'select_assign': Example(SelectAssign, lambda: tuple(torch.rand(3, 3, 4)), {
        name: {0: 'a', 1: 'b'} for name in 'xyz'}, 11, ('x', 'y', 'z'),
        more_inputs=lambda: [tuple(torch.rand(3, 5, 2))]),
    'branches': Example(lambda: torch.jit.script(_Branches()), _image(2, 3, 4, 4), {'input': {0: 'n', 2: 'h'}}, 13,
                        more_inputs=lambda: [images((1, 3, 4, 4)), images((3, 3, 2, 4))]),
    'growing': Example(lambda: torch.jit.script(_Growing()), lambda: (torch.rand(3, 4), ), {
        'input': {0: 'n', 1: 'm'}}, 13, more_inputs=lambda: [(torch.rand(1, 1), ), (torch.rand(2, 6), )]),
    'steps': Example(lambda: torch.jit.script(_Steps()), _image(2, 3, 4, 4), opset=13),
    'transformer-13': Example(_transformer, lambda: (torch.rand(2, 7, 16), ), {
        'input': {0: 'n', 1: 'tokens'}}, 13, more_inputs=lambda: [(torch.rand(1, 4, 16), )]),
    'transformer-20': Example(_transformer, lambda: (torch.rand(2, 7, 16), ), opset=13, raise_to=20),
    'transformer-17': Example(_transformer, lambda: (torch.rand(2, 7, 16), ), opset=17),
}

SLOW = {
    'resnet18': Example(_classifier('resnet18'), _image(1, 3, 64, 64), BATCH_AND_SIZE, 13, raw=True,
                        more_inputs=lambda: [images((2, 3, 96, 64))]),
    'mobilenet_v3_small': Example(_classifier('mobilenet_v3_small'), _image(1, 3, 64, 64), BATCH_AND_SIZE, 14,
                                  more_inputs=lambda: [images((2, 3, 96, 64))]),
    'shufflenet_v2_x0_5': Example(_classifier('shufflenet_v2_x0_5'), _image(1, 3, 64, 64), BATCH_AND_SIZE, 12,
                                  more_inputs=lambda: [images((3, 3, 64, 96))]),
    'vit_b_16': Example(lambda: torchvision.models.VisionTransformer(32, 16, 2, 2, 24, 48).eval(),
                        _image(1, 3, 32, 32), {'input': {0: 'batch'}}, 16,
                        more_inputs=lambda: [images((2, 3, 32, 32))]),
    'lraspp': Example(_segmenter('lraspp_mobilenet_v3_large'), _image(1, 3, 64, 96), BATCH_AND_SIZE, 11,
                      more_inputs=lambda: [images((2, 3, 96, 64))]),
    'fcn': Example(_segmenter('fcn_resnet50'), _image(1, 3, 64, 64), opset=15),
    'deeplabv3': Example(_segmenter('deeplabv3_mobilenet_v3_large'), _image(1, 3, 64, 96), BATCH_AND_SIZE, 12,
                         more_inputs=lambda: [images((1, 3, 96, 96))]),
    'faster_rcnn': Example(
        _detector('fasterrcnn_mobilenet_v3_large_320_fpn', rpn_post_nms_top_n_test=20, box_score_thresh=0.0),
        _image(3, 96, 128), HEIGHT_AND_WIDTH, 11, more_inputs=lambda: [(images((1, 3, 80, 110))[0][0], )]),
    'faster_rcnn_static': Example(
        _detector('fasterrcnn_mobilenet_v3_large_320_fpn', rpn_post_nms_top_n_test=20, box_score_thresh=0.0),
        _image(3, 96, 128), opset=16),
    'mask_rcnn': Example(
        _detector('maskrcnn_resnet50_fpn', rpn_post_nms_top_n_test=20, box_score_thresh=0.0),
        _image(3, 96, 128), HEIGHT_AND_WIDTH, 11, more_inputs=lambda: [(images((1, 3, 80, 110))[0][0], )]),
    'ssd': Example(_detector('ssdlite320_mobilenet_v3_large', score_thresh=0.0, topk_candidates=20),
                   _image(3, 96, 128), HEIGHT_AND_WIDTH, 13),
    'retinanet': Example(_detector('retinanet_resnet50_fpn', score_thresh=0.0, topk_candidates=20),
                         _image(3, 96, 128), HEIGHT_AND_WIDTH, 12),
    'fcos': Example(_detector('fcos_resnet50_fpn', score_thresh=0.0, topk_candidates=20),
                    _image(3, 96, 128), opset=17),
}



def _mmcls(name: str) -> Example:
    """Return a small classifier of mmcls, exported by our converter."""

    def build() -> nn.Module:
        import_codebase(Codebase.MMCLS)
        return architectures.build(name, small=True)

    axes = {0: 'batch'}
    if architectures.ARCHITECTURES[name].any_size:
        axes.update({2: 'height', 3: 'width'})

    def write(path: str) -> None:
        onnx_export(
            build(),
            architectures.make_images(1, 64),
            path.removesuffix('.onnx'),
            backend=Backend.ONNXRUNTIME,
            input_metas=dict(img_metas={}),
            input_names=['input'],
            output_names=['output'],
            dynamic_axes=dict(input=axes, output={0: 'batch'}),
            optimize=False)

    return Example(build, _image(1, 3, 64, 64), more_inputs=lambda: [images((2, 3, 64, 64))], write=write)


MMCLS = {f'mmcls/{name}': _mmcls(name) for name in architectures.ARCHITECTURES}

# As they are downloaded and deployed: real sizes, for benchmarks.
FULL = {
    'ResNet-50': Example(_classifier('resnet50'), _image(1, 3, 224, 224), {'input': {0: 'batch'}}, 11),
    'MobileNetV2': Example(_classifier('mobilenet_v2'), _image(1, 3, 224, 224), BATCH_AND_SIZE, 11),
    'DeepLabV3': Example(_segmenter('deeplabv3_resnet50'), _image(1, 3, 224, 224), BATCH_AND_SIZE, 11),
    'SSD': Example(_detector('ssdlite320_mobilenet_v3_large', False), _image(3, 320, 320), HEIGHT_AND_WIDTH, 11),
    'RetinaNet': Example(_detector('retinanet_resnet50_fpn', False), _image(3, 320, 320), HEIGHT_AND_WIDTH, 11),
    'Faster R-CNN': Example(_detector('fasterrcnn_resnet50_fpn', False), _image(3, 320, 320), HEIGHT_AND_WIDTH, 11),
    'Mask R-CNN': Example(_detector('maskrcnn_resnet50_fpn', False), _image(3, 320, 320), HEIGHT_AND_WIDTH, 11),
}


def export(example: Example, path: str) -> None:
    """Write the ONNX model of an example."""
    if example.write:
        example.write(path)
        return
    torch.onnx.export(
        example.build(),
        example.inputs(),
        path,
        opset_version=example.opset,
        input_names=list(example.input_names),
        dynamic_axes=example.dynamic_axes,
        do_constant_folding=not example.raw,
        training=torch.onnx.TrainingMode.PRESERVE if example.raw else torch.onnx.TrainingMode.EVAL)
    if example.raise_to:
        onnx.save(onnx.version_converter.convert_version(onnx.load(path), example.raise_to), path)


def feeds(example: Example) -> list[dict[str, np.ndarray]]:
    """Return the inputs by name, those of the export first."""
    return [
        dict(zip(example.input_names, (x.numpy() for x in values), strict=True))
        for values in (example.inputs(), *example.more_inputs())
    ]
