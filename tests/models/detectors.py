"""Small detectors with the structure of the documented ones, to test conversion with."""
from copy import deepcopy

import mmcv
import torch

# Enough classes to tell them apart, few enough to be quick.
CLASSES = ['circle', 'square', 'star']

_TEST_PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(
        type='MultiScaleFlipAug',
        img_scale=(96, 64),
        flip=False,
        transforms=[
            dict(type='Resize', keep_ratio=True),
            dict(type='RandomFlip'),
            dict(type='Normalize', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True),
            dict(type='Pad', size_divisor=32),
            dict(type='ImageToTensor', keys=['img']),
            dict(type='Collect', keys=['img'])
        ])
]

_BACKBONE = dict(
    type='ResNet', depth=18, base_channels=8, num_stages=4, out_indices=(0, 1, 2, 3), style='pytorch', norm_eval=True)
_NECK = dict(type='FPN', in_channels=[8, 16, 32, 64], out_channels=16, num_outs=5)
_DELTA_CODER = dict(type='DeltaXYWHBBoxCoder', target_means=[0.] * 4, target_stds=[1.] * 4)
# More candidates than there are: mmdet counts each class of a place as one, the rewrites do not.
_NMS_TEST = dict(nms_pre=1000, min_bbox_size=0, score_thr=0.05, nms=dict(type='nms', iou_threshold=0.5), max_per_img=20)
_NO_LOSS = dict(type='CrossEntropyLoss', use_sigmoid=True)


def _retinanet() -> dict:
    return dict(
        type='RetinaNet',
        backbone=_BACKBONE,
        neck=_NECK,
        bbox_head=dict(
            type='RetinaHead',
            num_classes=len(CLASSES),
            in_channels=16,
            feat_channels=16,
            stacked_convs=1,
            anchor_generator=dict(
                type='AnchorGenerator', octave_base_scale=4, scales_per_octave=2, ratios=[0.5, 1.0, 2.0],
                strides=[4, 8, 16, 32, 64]),
            bbox_coder=_DELTA_CODER),
        test_cfg=dict(_NMS_TEST, nms_pre=100))


def _fcos() -> dict:
    return dict(
        type='FCOS',
        backbone=_BACKBONE,
        neck=dict(_NECK, start_level=1, add_extra_convs='on_output', relu_before_extra_convs=True),
        bbox_head=dict(
            type='FCOSHead', num_classes=len(CLASSES), in_channels=16, feat_channels=16, stacked_convs=1,
            norm_cfg=dict(type='GN', num_groups=4), strides=[8, 16, 32, 64, 128]),
        test_cfg=_NMS_TEST)


def _yolov3() -> dict:
    return dict(
        type='YOLOV3',
        backbone=dict(type='MobileNetV2', widen_factor=0.25, out_indices=(2, 4, 6)),
        neck=dict(type='YOLOV3Neck', num_scales=3, in_channels=[80, 24, 8], out_channels=[16, 16, 16]),
        bbox_head=dict(
            type='YOLOV3Head',
            num_classes=len(CLASSES),
            in_channels=[16, 16, 16],
            out_channels=[16, 16, 16],
            anchor_generator=dict(
                type='YOLOAnchorGenerator',
                base_sizes=[[(60, 40), (50, 60), (80, 80)], [(30, 20), (20, 30), (25, 25)],
                            [(10, 8), (8, 10), (12, 12)]],
                strides=[32, 16, 8]),
            bbox_coder=dict(type='YOLOBBoxCoder'),
            featmap_strides=[32, 16, 8]),
        test_cfg=dict(_NMS_TEST, conf_thr=0.005))


def _faster_rcnn() -> dict:
    return dict(
        type='FasterRCNN',
        backbone=_BACKBONE,
        neck=_NECK,
        rpn_head=dict(
            type='RPNHead',
            in_channels=16,
            feat_channels=16,
            anchor_generator=dict(type='AnchorGenerator', scales=[4], ratios=[0.5, 1.0, 2.0],
                                  strides=[4, 8, 16, 32, 64]),
            bbox_coder=_DELTA_CODER,
            loss_cls=_NO_LOSS),
        roi_head=dict(
            type='StandardRoIHead',
            bbox_roi_extractor=dict(
                type='SingleRoIExtractor',
                roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=0),
                out_channels=16,
                featmap_strides=[4, 8, 16, 32]),
            bbox_head=dict(
                type='Shared2FCBBoxHead',
                in_channels=16,
                fc_out_channels=32,
                roi_feat_size=7,
                num_classes=len(CLASSES),
                bbox_coder=dict(_DELTA_CODER, target_stds=[0.1, 0.1, 0.2, 0.2]),
                reg_class_agnostic=True)),
        test_cfg=dict(
            rpn=dict(nms_pre=100, max_per_img=50, nms=dict(type='nms', iou_threshold=0.7), min_bbox_size=0),
            rcnn=dict(score_thr=0.05, nms=dict(type='nms', iou_threshold=0.5), max_per_img=20)))


def _dense(detector: str, head: str, **options) -> dict:
    """Return a one-stage detector with the strides 8 to 128, whose head has one convolution before its predictions."""
    return dict(
        type=detector,
        backbone=_BACKBONE,
        neck=dict(_NECK, start_level=1, add_extra_convs='on_output'),
        bbox_head=dict(type=head, num_classes=len(CLASSES), in_channels=16, feat_channels=16, stacked_convs=1,
                       **options),
        test_cfg=_NMS_TEST)


_STRIDES = [8, 16, 32, 64, 128]
_GROUPS = dict(type='GN', num_groups=4)
_ONE_ANCHOR = dict(type='AnchorGenerator', ratios=[1.0], octave_base_scale=4, scales_per_octave=1, strides=_STRIDES)


def _atss() -> dict:
    return _dense('ATSS', 'ATSSHead', norm_cfg=_GROUPS, anchor_generator=_ONE_ANCHOR, bbox_coder=_DELTA_CODER)


def _fsaf() -> dict:
    return _dense('FSAF', 'FSAFHead', reg_decoded_bbox=True, anchor_generator=_ONE_ANCHOR,
                  bbox_coder=dict(type='TBLRBBoxCoder', normalizer=4.0))


def _fovea() -> dict:
    return _dense('FOVEA', 'FoveaHead', strides=_STRIDES, base_edge_list=[16, 32, 64, 128, 256],
                  scale_ranges=((1, 32), (16, 64), (32, 128), (64, 256), (128, 512)), sigma=0.4)


def _gfl() -> dict:
    return _dense('GFL', 'GFLHead', norm_cfg=_GROUPS, anchor_generator=_ONE_ANCHOR, reg_max=8)


def _reppoints() -> dict:
    return _dense('RepPointsDetector', 'RepPointsHead', norm_cfg=_GROUPS, point_feat_channels=16, num_points=9,
                  point_strides=_STRIDES)


def _tood() -> dict:
    model = _dense('TOOD', 'TOODHead', anchor_type='anchor_free', anchor_generator=_ONE_ANCHOR, norm_cfg=_GROUPS,
                   bbox_coder=dict(_DELTA_CODER, target_stds=[0.1, 0.1, 0.2, 0.2]))
    model['bbox_head']['stacked_convs'] = 2
    return model


def _vfnet() -> dict:
    return _dense('VFNet', 'VFNetHead', norm_cfg=_GROUPS, strides=_STRIDES, dcn_on_last_conv=True)


def _yolox() -> dict:
    return dict(
        type='YOLOX',
        input_size=(64, 96),
        backbone=dict(type='CSPDarknet', deepen_factor=0.33, widen_factor=0.125),
        neck=dict(type='YOLOXPAFPN', in_channels=[32, 64, 128], out_channels=16, num_csp_blocks=1),
        bbox_head=dict(type='YOLOXHead', num_classes=len(CLASSES), in_channels=16, feat_channels=16),
        test_cfg=dict(score_thr=0.3, nms=dict(type='nms', iou_threshold=0.65)))


def _ssd() -> dict:
    return dict(
        type='SingleStageDetector',
        backbone=dict(type='MobileNetV2', widen_factor=0.25, out_indices=(4, 6)),
        neck=dict(type='SSDNeck', in_channels=(24, 80), out_channels=(24, 80, 16), level_strides=(2, ),
                  level_paddings=(1, ), l2_norm_scale=20),
        bbox_head=dict(
            type='SSDHead', num_classes=len(CLASSES), in_channels=(24, 80, 16),
            anchor_generator=dict(
                type='SSDAnchorGenerator', scale_major=False, input_size=64, strides=[16, 32, 64],
                ratios=[[2], [2, 3], [2]], min_sizes=[10, 25, 45], max_sizes=[25, 45, 65]),
            bbox_coder=dict(_DELTA_CODER, target_stds=[0.1, 0.1, 0.2, 0.2])),
        test_cfg=_NMS_TEST)


def _rpn() -> dict:
    model = _faster_rcnn()
    return dict(type='RPN', backbone=model['backbone'], neck=model['neck'], rpn_head=model['rpn_head'],
                test_cfg=dict(rpn=model['test_cfg']['rpn']))


def _faster_rcnn_dcn() -> dict:
    model = _faster_rcnn()
    model['backbone'] = dict(_BACKBONE, depth=50, base_channels=4,
                             dcn=dict(type='DCNv2', deform_groups=1, fallback_on_stride=False),
                             stage_with_dcn=(False, True, False, True))
    model['neck'] = dict(_NECK, in_channels=[16, 32, 64, 128])
    return model


def _class_boxes(head: dict) -> dict:
    """Each class has boxes of its own, as in mmdet's two-stage detectors."""
    return dict(head, reg_class_agnostic=False)


_MASK_EXTRACTOR = dict(
    type='SingleRoIExtractor',
    roi_layer=dict(type='RoIAlign', output_size=14, sampling_ratio=0),
    out_channels=16,
    featmap_strides=[4, 8, 16, 32])
_MASK_HEAD = dict(type='FCNMaskHead', num_convs=1, in_channels=16, conv_out_channels=16, num_classes=len(CLASSES))


def _mask_rcnn() -> dict:
    model = _faster_rcnn()
    model['type'] = 'MaskRCNN'
    roi_head = model['roi_head']
    roi_head.update(bbox_head=_class_boxes(roi_head['bbox_head']), mask_roi_extractor=_MASK_EXTRACTOR,
                    mask_head=_MASK_HEAD)
    model['test_cfg']['rcnn'].update(mask_thr_binary=0.5)
    return model


def _cascade_rcnn() -> dict:
    model = _faster_rcnn()
    head = model['roi_head']['bbox_head']
    # The first stage has boxes per class, the others share one.
    heads = [_class_boxes(head), dict(head, bbox_coder=dict(_DELTA_CODER, target_stds=[0.05, 0.05, 0.1, 0.1])), head]
    model.update(type='CascadeRCNN', roi_head=dict(
        type='CascadeRoIHead', num_stages=3, stage_loss_weights=[1, 0.5, 0.25],
        bbox_roi_extractor=model['roi_head']['bbox_roi_extractor'], bbox_head=heads))
    return model


def _cascade_mask_rcnn() -> dict:
    model = _cascade_rcnn()
    model['roi_head'].update(mask_roi_extractor=_MASK_EXTRACTOR, mask_head=_MASK_HEAD)
    model['test_cfg']['rcnn'].update(mask_thr_binary=0.5)
    return model


_SWIN = dict(type='SwinTransformer', embed_dims=8, depths=[2, 1, 1, 1], num_heads=[1, 2, 2, 4], window_size=7,
             mlp_ratio=2, out_indices=(0, 1, 2, 3))


def _swin_mask_rcnn() -> dict:
    return dict(_mask_rcnn(), backbone=_SWIN)


def _swin_retinanet() -> dict:
    return dict(_retinanet(), backbone=_SWIN)


# Those with masks are in SEGMENTORS.
DETECTORS = dict(
    retinanet=_retinanet, fcos=_fcos, yolov3=_yolov3, faster_rcnn=_faster_rcnn, atss=_atss, fsaf=_fsaf, fovea=_fovea,
    gfl=_gfl, reppoints=_reppoints, tood=_tood, vfnet=_vfnet, yolox=_yolox, ssd=_ssd, rpn=_rpn,
    faster_rcnn_dcn=_faster_rcnn_dcn, cascade_rcnn=_cascade_rcnn, swin_retinanet=_swin_retinanet)
SEGMENTORS = dict(
    mask_rcnn=_mask_rcnn, cascade_mask_rcnn=_cascade_mask_rcnn, swin_mask_rcnn=_swin_mask_rcnn)


def detector_config(name: str) -> mmcv.Config:
    """Return the model config of a small detector."""
    return mmcv.Config(
        dict(
            model=deepcopy((DETECTORS | SEGMENTORS)[name]()),
            classes=CLASSES,
            data=dict(samples_per_gpu=1, workers_per_gpu=0, test=dict(type='CocoDataset', classes=CLASSES,
                                                                       pipeline=_TEST_PIPELINE))))


def randomize(model: torch.nn.Module, data: dict) -> None:
    """Give a detector random weights with which every layer gives values of unit variance.

    Otherwise all scores are alike, or saturate, and their order means nothing.

    Args:
        model: a detector in eval mode.
        data: keyword arguments of its `forward`, with which the scale of each layer is found.
    """
    from mmcv.ops import DeformConv2d, ModulatedDeformConv2d
    torch.manual_seed(0)
    seen = set()

    def scale(module: torch.nn.Module, inputs: tuple, output: torch.Tensor) -> torch.Tensor:
        if module in seen:
            return output
        seen.add(module)
        factor = 1 / output.std().clamp(min=1e-3)
        module.weight.data *= factor
        if getattr(module, 'bias', None) is not None:
            module.bias.data.zero_()
        return module.forward(*inputs)

    kinds = torch.nn.Conv2d | torch.nn.ConvTranspose2d | torch.nn.Linear | DeformConv2d | ModulatedDeformConv2d
    layers = [m for m in model.modules() if isinstance(m, kinds)]
    hooks = []
    for layer in layers:
        torch.nn.init.normal_(layer.weight)
        hooks.append(layer.register_forward_hook(scale))
    with torch.no_grad():
        model(**data, return_loss=False, rescale=False)
    for hook in hooks:
        hook.remove()
    for layer in getattr(getattr(model, 'bbox_head', None), 'multi_level_conv_reg', ()):
        # Exponentials of them are sizes.
        layer.weight.data *= 0.3
    if hasattr(model, 'rpn_head'):
        # Proposals that leave the image have no area, and engines crop those differently.
        model.rpn_head.rpn_reg.weight.data *= 0.1
