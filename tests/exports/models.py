"""The documented models of all codebases, small, as plain exports of their networks.

The configs are those that come with the codebases; channels are divided, so that a model takes
seconds. Weights are random. What is exported ends before post-processing.
"""
import contextlib
import copy
import importlib
import os.path as osp
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import mmcv
import torch
from torch import Tensor, nn

from mmdeploy.core import RewriterContext
from tests.graph.models import images, spread

# Where a codebase keeps what builds its models.
BUILDERS = {
    'mmcls': 'build_classifier',
    'mmdet': 'build_detector',
    'mmdet3d': 'build_model',
    'mmedit': 'build_model',
    'mmocr': 'build_detector',
    'mmpose': 'build_posenet',
    'mmrotate': 'build_detector',
    'mmseg': 'build_segmentor',
}


def _classify(model: nn.Module, x: Tensor) -> Any:
    return model.head.simple_test(model.extract_feat(x), post_process=False)


def _detect(model: nn.Module, x: Tensor) -> Any:
    head = model.rpn_head if hasattr(model, 'rpn_head') else model.bbox_head
    return head(model.extract_feat(x))


def _roi_boxes(model: nn.Module, x: Tensor) -> Any:
    head = model.roi_head.bbox_head
    return (head[0] if isinstance(head, nn.ModuleList) else head)(x)


def _roi_masks(model: nn.Module, x: Tensor) -> Any:
    head = model.roi_head.mask_head
    return (head[0] if isinstance(head, nn.ModuleList) else head)(x)


def _detect_pillars(model: nn.Module, x: Tensor) -> Any:
    """From the image of the pillars on."""
    if hasattr(model, 'pts_backbone'):
        return model.pts_bbox_head(model.pts_neck(model.pts_backbone(x)))
    return model.bbox_head(model.neck(model.backbone(x)))


def _restore(model: nn.Module, x: Tensor) -> Any:
    return model.generator(x)


def _find_text(model: nn.Module, x: Tensor) -> Any:
    return model.bbox_head(model.extract_feat(x))


def _read_text(model: nn.Module, x: Tensor) -> Any:
    metas = [dict(valid_ratio=1.0, resize_shape=(*x.shape[2:], x.shape[1]))]
    features = model.extract_feat(x)
    encoded = model.encoder(features, metas) if model.encoder else None
    return model.decoder(features, encoded, None, metas, train_mode=False)


def find_joints(model: nn.Module, x: Tensor) -> Any:
    """Return what the head of a pose detector says."""
    return model.keypoint_head(model.backbone(x))


def _segment(model: nn.Module, x: Tensor) -> Any:
    return model.encode_decode(x, None)


class Model(NamedTuple):
    """A documented model and what of it is exported."""

    config: str  # in the folder of configs of the codebase
    forward: Callable[[nn.Module, Tensor], Any]
    shape: tuple[int, ...] = (1, 3, 64, 64)  # of the input
    change: dict = {}  # of the config
    narrow: int = 4  # divides the channels
    # Under mmdeploy's rewrites for ncnn: PyTorch itself does not export it.
    rewritten: bool = False


class Export(nn.Module):
    """A network that answers a tuple of tensors."""

    def __init__(self, model: nn.Module, forward: Callable[[nn.Module, Tensor], Any]):
        super().__init__()
        self.model = model
        self.function = forward

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return all outputs in order."""
        return tuple(_tensors(self.function(self.model, x)))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, Sequence):
        for element in value:
            yield from _tensors(element)


def _narrow(value: Any, factor: int) -> Any:
    """Divide channels, which are no part of an image."""
    if isinstance(value, list | tuple):
        return type(value)(_narrow(element, factor) for element in value)
    if isinstance(value, int) and value >= 16 and value % factor == 0:
        return value // factor
    return value


def _shrink(value: Any, factor: int) -> None:
    """Make a config small, and fit for one processor."""
    if isinstance(value, list):
        for element in value:
            _shrink(element, factor)
    if not isinstance(value, dict):
        return
    kind = str(value.get('type', '')).removeprefix('mmdet.')
    if 'SyncBN' in kind:
        value['type'] = 'BN'
    if kind.startswith('ResNet') and 'depth' in value and factor > 1:
        value.setdefault('base_channels', 64)
        value.setdefault('stem_channels', 64)
    for key, element in value.items():
        if key.endswith('channels') or key == 'embed_dims':
            value[key] = _narrow(element, factor)
        else:
            _shrink(element, factor)


def config_path(codebase: str, name: str) -> str:
    """Return the path of a config that comes with a code base."""
    return osp.join(osp.dirname(importlib.import_module(codebase).__file__), '.mim/configs', name)


def build(name: str) -> tuple[Export, Tensor]:
    """Return a documented model with random weights and an input for it."""
    return build_model(name.partition('/')[0], MODELS[name])


def read_config(codebase: str, model: Model) -> mmcv.Config:
    """Return the config that comes with a code base, its model made small."""
    whole = mmcv.Config.fromfile(config_path(codebase, model.config))
    keys = whole.model.to_dict()
    # Nothing is downloaded.
    for key in ('pretrained', 'perceptual_loss'):
        if key in keys:
            keys[key] = None
    _shrink(keys, model.narrow)
    config = mmcv.Config(keys)
    config.merge_from_dict(copy.deepcopy(model.change))
    whole.model = config._cfg_dict
    return whole


def build_model(codebase: str, model: Model) -> tuple[Export, Tensor]:
    """Return a model of a code base with random weights and an input for it."""
    config = read_config(codebase, model)
    torch.manual_seed(0)
    network = getattr(importlib.import_module(f'{codebase}.models'), BUILDERS[codebase])(config.model)
    for module in network.modules():
        if type(module).__name__ == 'L2Norm':  # of SSD, whose weights are not set by their module
            nn.init.constant_(module.weight, module.scale)
    return Export(spread(network), model.forward).eval().requires_grad_(False), images(model.shape)[0]


def context(name: str, opset: int) -> contextlib.AbstractContextManager:
    """Return what a model is exported in."""
    if not MODELS[name].rewritten:
        return contextlib.nullcontext()
    importlib.import_module('mmdeploy.mmcv.ops')
    return RewriterContext(dict(backend_config=dict(type='ncnn')), 'ncnn', opset=opset)


_DET, _SEG = (1, 3, 96, 128), (1, 3, 64, 96)
# Each letter of a text is a copy of the decoder.
_SHORT = {'max_seq_len': 4, 'label_convertor.max_seq_len': 4}
POSE = 'body/2d_kpt_sview_rgb_img/topdown_heatmap/coco'


def _square(size: int) -> tuple[int, ...]:
    """Of a size that the pooled sizes of a model divide: others have no export."""
    return 1, 3, size, size


def _seg(config: str, shape: tuple[int, ...] = _SEG, narrow: int = 4, rewritten: bool = False, **change: Any) -> Model:
    return Model(config, _segment, shape, change, narrow, rewritten)


def _pillars(config: str, channels: int = 64) -> Model:
    return Model(config, _detect_pillars, (1, channels, 32, 40), narrow=1)


def _edit(config: str, **change: Any) -> Model:
    return Model(f'restorers/{config}', _restore, (1, 3, 16, 20), change)


MODELS: dict[str, Model] = {
    'mmcls/ResNet': Model('resnet/resnet50_8xb32_in1k.py', _classify),
    'mmcls/ResNeXt': Model('resnext/resnext50-32x4d_8xb32_in1k.py', _classify, narrow=1),
    'mmcls/SE-ResNet': Model('seresnet/seresnet50_8xb32_in1k.py', _classify, narrow=1),
    'mmcls/MobileNetV2': Model('mobilenet_v2/mobilenet-v2_8xb32_in1k.py', _classify, narrow=1),
    'mmcls/ShuffleNetV1': Model('shufflenet_v1/shufflenet-v1-1x_16xb64_in1k.py', _classify, narrow=1),
    'mmcls/ShuffleNetV2': Model('shufflenet_v2/shufflenet-v2-1x_16xb64_in1k.py', _classify, narrow=1),
    'mmcls/VisionTransformer': Model(
        'vision_transformer/vit-base-p16_pt-64xb64_in1k-224.py', _classify, narrow=1, change={
            'backbone.img_size': 64,
            'backbone.arch': dict(
                _delete_=True, embed_dims=32, num_layers=2, num_heads=4, feedforward_channels=64),
            'head.in_channels': 32
        }),

    'mmdet/RetinaNet': Model('retinanet/retinanet_r50_fpn_1x_coco.py', _detect, _DET),
    'mmdet/FCOS': Model('fcos/fcos_r50_caffe_fpn_gn-head_1x_coco.py', _detect, _DET),
    'mmdet/FSAF': Model('fsaf/fsaf_r50_fpn_1x_coco.py', _detect, _DET),
    'mmdet/FoveaBox': Model('foveabox/fovea_r50_fpn_4x4_1x_coco.py', _detect, _DET),
    'mmdet/ATSS': Model('atss/atss_r50_fpn_1x_coco.py', _detect, _DET),
    'mmdet/GFL': Model('gfl/gfl_r50_fpn_1x_coco.py', _detect, _DET),
    'mmdet/VFNet': Model('vfnet/vfnet_r50_fpn_1x_coco.py', _detect, _DET, rewritten=True),
    'mmdet/RepPoints': Model(
        'reppoints/reppoints_moment_r50_fpn_1x_coco.py', _detect, _DET, rewritten=True),
    'mmdet/YOLOv3': Model('yolo/yolov3_d53_mstrain-608_273e_coco.py', _detect, _DET, narrow=1),
    'mmdet/YOLOX': Model('yolox/yolox_tiny_8x8_300e_coco.py', _detect, _DET, narrow=1),
    'mmdet/SSD': Model('ssd/ssd300_coco.py', _detect, (1, 3, 300, 300), narrow=1),
    'mmdet/SSDLite': Model('ssd/ssdlite_mobilenetv2_scratch_600e_coco.py', _detect, (1, 3, 320, 320), narrow=1),
    'mmdet/Faster R-CNN': Model('faster_rcnn/faster_rcnn_r50_fpn_1x_coco.py', _detect, _DET),
    'mmdet/Faster R-CNN boxes': Model('faster_rcnn/faster_rcnn_r50_fpn_1x_coco.py', _roi_boxes, (1, 64, 7, 7)),
    'mmdet/Faster R-CNN + DCN': Model(
        'dcn/faster_rcnn_r50_fpn_dconv_c3-c5_1x_coco.py', _detect, _DET, rewritten=True),
    'mmdet/Cascade R-CNN': Model('cascade_rcnn/cascade_rcnn_r50_fpn_1x_coco.py', _detect, _DET),
    'mmdet/Cascade R-CNN boxes': Model('cascade_rcnn/cascade_rcnn_r50_fpn_1x_coco.py', _roi_boxes, (1, 64, 7, 7)),
    'mmdet/Mask R-CNN masks': Model('mask_rcnn/mask_rcnn_r50_fpn_1x_coco.py', _roi_masks, (1, 64, 14, 14)),
    'mmdet/Swin Transformer': Model('swin/mask_rcnn_swin-t-p4-w7_fpn_1x_coco.py', _detect, _DET, narrow=1),

    'mmdet3d/PointPillars': _pillars('pointpillars/hv_pointpillars_secfpn_6x8_160e_kitti-3d-3class.py'),
    'mmdet3d/CenterPoint': _pillars('centerpoint/centerpoint_02pillar_second_secfpn_4x8_cyclic_20e_nus.py'),

    'mmedit/SRCNN': _edit('srcnn/srcnn_x4k915_g1_1000k_div2k.py'),
    'mmedit/ESRGAN': _edit('esrgan/esrgan_x4c64b23g32_g1_400k_div2k.py'),
    'mmedit/ESRGAN-PSNR': _edit('esrgan/esrgan_psnr_x4c64b23g32_g1_1000k_div2k.py'),
    'mmedit/SRGAN': _edit('srresnet_srgan/srgan_x4c64b16_g1_1000k_div2k.py'),
    'mmedit/SRResNet': _edit('srresnet_srgan/msrresnet_x4c64b16_g1_1000k_div2k.py'),
    'mmedit/Real-ESRGAN': _edit('real_esrgan/realesrgan_c64b23g32_12x4_lr1e-4_400k_df2k_ost.py'),
    'mmedit/EDSR': _edit('edsr/edsr_x4c64b16_g1_300k_div2k.py'),
    'mmedit/RDN': _edit('rdn/rdn_x4c64b16_g1_1000k_div2k.py'),

    'mmocr/DBNet': Model('textdet/dbnet/dbnet_r18_fpnc_1200e_icdar2015.py', _find_text, narrow=1),
    'mmocr/PSENet': Model('textdet/psenet/psenet_r50_fpnf_600e_icdar2015.py', _find_text, narrow=1),
    'mmocr/PANet': Model('textdet/panet/panet_r18_fpem_ffm_600e_icdar2015.py', _find_text, narrow=1),
    'mmocr/CRNN': Model('textrecog/crnn/crnn_academic_dataset.py', _read_text, (1, 1, 32, 100), narrow=1),
    'mmocr/SAR': Model(
        'textrecog/sar/sar_r31_parallel_decoder_academic.py', _read_text, (1, 3, 48, 160), _SHORT, 1, rewritten=True),
    'mmocr/SATRN': Model('textrecog/satrn/satrn_small.py', _read_text, (1, 3, 32, 100), _SHORT, 1),

    'mmpose/HRNet': Model(f'{POSE}/hrnet_w32_coco_256x192.py', find_joints),
    'mmpose/MSPN': Model(f'{POSE}/mspn50_coco_256x192.py', find_joints, (1, 3, 256, 192)),
    'mmpose/LiteHRNet': Model(f'{POSE}/litehrnet_18_coco_256x192.py', find_joints, narrow=1),

    'mmrotate/RotatedRetinaNet': Model(
        'rotated_retinanet/rotated_retinanet_obb_r50_fpn_1x_dota_le90.py', _detect, _DET),
    'mmrotate/Oriented RCNN': Model('oriented_rcnn/oriented_rcnn_r50_fpn_1x_dota_le90.py', _detect, _DET),
    'mmrotate/Oriented RCNN boxes': Model(
        'oriented_rcnn/oriented_rcnn_r50_fpn_1x_dota_le90.py', _roi_boxes, (1, 64, 7, 7)),
    'mmrotate/Gliding Vertex': Model('gliding_vertex/gliding_vertex_r50_fpn_1x_dota_le90.py', _detect, _DET),
    'mmrotate/Gliding Vertex boxes': Model(
        'gliding_vertex/gliding_vertex_r50_fpn_1x_dota_le90.py', _roi_boxes, (1, 64, 7, 7)),
    'mmrotate/RoI Transformer': Model('roi_trans/roi_trans_r50_fpn_1x_dota_le90.py', _detect, _DET),
    'mmrotate/RoI Transformer boxes': Model(
        'roi_trans/roi_trans_r50_fpn_1x_dota_le90.py', _roi_boxes, (1, 64, 7, 7)),

    'mmseg/FCN': _seg('fcn/fcn_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/PSPNet': _seg('pspnet/pspnet_r50-d8_512x512_20k_voc12aug.py', _square(96)),
    'mmseg/DeepLabV3': _seg('deeplabv3/deeplabv3_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/DeepLabV3+': _seg('deeplabv3plus/deeplabv3plus_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/Fast-SCNN': _seg('fastscnn/fast_scnn_lr0.12_8x4_160k_cityscapes.py', _square(192), narrow=1),
    'mmseg/UNet': _seg('unet/fcn_unet_s5-d16_64x64_40k_drive.py'),
    'mmseg/ANN': _seg('ann/ann_r50-d8_512x512_20k_voc12aug.py', _square(192)),
    'mmseg/APCNet': _seg('apcnet/apcnet_r50-d8_512x512_160k_ade20k.py', _square(96)),
    'mmseg/BiSeNetV1': _seg('bisenetv1/bisenetv1_r18-d32_4x4_1024x1024_160k_cityscapes.py'),
    'mmseg/BiSeNetV2': _seg('bisenetv2/bisenetv2_fcn_4x4_1024x1024_160k_cityscapes.py', narrow=1),
    'mmseg/CGNet': _seg('cgnet/cgnet_512x1024_60k_cityscapes.py', narrow=1),
    'mmseg/DMNet': _seg('dmnet/dmnet_r50-d8_512x512_160k_ade20k.py', rewritten=True),
    'mmseg/DNLNet': _seg('dnlnet/dnl_r50-d8_512x512_160k_ade20k.py'),
    'mmseg/EMANet': _seg('emanet/emanet_r50-d8_512x1024_80k_cityscapes.py'),
    'mmseg/EncNet': _seg('encnet/encnet_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/ERFNet': _seg('erfnet/erfnet_fcn_4x4_512x1024_160k_cityscapes.py', narrow=1),
    'mmseg/FastFCN': _seg('fastfcn/fastfcn_r50-d32_jpu_aspp_512x512_160k_ade20k.py'),
    'mmseg/GCNet': _seg('gcnet/gcnet_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/ICNet': _seg('icnet/icnet_r50-d8_832x832_80k_cityscapes.py', _square(192)),
    'mmseg/ISANet': _seg('isanet/isanet_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/NonLocal Net': _seg('nonlocal_net/nonlocal_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/OCRNet': _seg('ocrnet/ocrnet_hr18s_512x512_20k_voc12aug.py', narrow=1),
    'mmseg/PointRend': _seg('point_rend/pointrend_r50_512x512_160k_ade20k.py'),
    'mmseg/Semantic FPN': _seg('sem_fpn/fpn_r50_512x512_160k_ade20k.py'),
    'mmseg/STDC': _seg('stdc/stdc1_512x1024_80k_cityscapes.py', narrow=1),
    'mmseg/UPerNet': _seg('upernet/upernet_r50_512x512_20k_voc12aug.py', _square(192)),
    'mmseg/DANet': _seg('danet/danet_r50-d8_512x512_20k_voc12aug.py'),
    'mmseg/Segmenter': _seg('segmenter/segmenter_vit-t_mask_8x1_512x512_160k_ade20k.py', narrow=1, **{
        'backbone.num_layers': 2, 'backbone.img_size': (64, 96)}),
    'mmseg/SegFormer': _seg('segformer/segformer_mit-b0_512x512_160k_ade20k.py', narrow=1),
    'mmseg/SETR': _seg('setr/setr_naive_512x512_160k_b16_ade20k.py', **{
        'backbone.num_layers': 4, 'backbone.img_size': (64, 96), 'backbone.out_indices': (0, 1, 2, 3)}),
    'mmseg/CCNet': _seg('ccnet/ccnet_r50-d8_512x512_20k_voc12aug.py', rewritten=True),
    'mmseg/PSANet': _seg('psanet/psanet_r50-d8_512x512_20k_voc12aug.py', rewritten=True, **{
        'decode_head.mask_size': (15, 23)}),
    'mmseg/DPT': _seg('dpt/dpt_vit-b16_512x512_160k_ade20k.py', narrow=1, **{
        'backbone.num_layers': 4, 'backbone.img_size': (64, 96), 'backbone.out_indices': (0, 1, 2, 3)}),
}

# One of each codebase, for the tests that always run.
QUICK = ('mmcls/ResNet', 'mmdet/FCOS', 'mmdet/YOLOX', 'mmdet3d/PointPillars', 'mmedit/SRCNN', 'mmocr/DBNet',
         'mmocr/CRNN', 'mmpose/HRNet', 'mmrotate/RotatedRetinaNet', 'mmseg/PSPNet', 'mmseg/Segmenter')
