"""Small detectors with the structure of the documented ones, to test conversion with."""
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
_NMS_TEST = dict(nms_pre=100, min_bbox_size=0, score_thr=0.05, nms=dict(type='nms', iou_threshold=0.5), max_per_img=20)
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
        test_cfg=_NMS_TEST)


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


DETECTORS = dict(retinanet=_retinanet, fcos=_fcos, yolov3=_yolov3, faster_rcnn=_faster_rcnn)


def detector_config(name: str) -> mmcv.Config:
    """Return the model config of a small detector."""
    return mmcv.Config(
        dict(
            model=DETECTORS[name](),
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
    torch.manual_seed(0)
    seen = set()

    def scale(module: torch.nn.Module, inputs: tuple, output: torch.Tensor) -> torch.Tensor:
        if module in seen:
            return output
        seen.add(module)
        factor = 1 / output.std().clamp(min=1e-3)
        module.weight.data *= factor
        if module.bias is not None:
            module.bias.data.zero_()
        return module.forward(*inputs)

    layers = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    hooks = []
    for layer in layers:
        torch.nn.init.normal_(layer.weight)
        hooks.append(layer.register_forward_hook(scale))
    with torch.no_grad():
        model(**data, return_loss=False, rescale=False)
    for hook in hooks:
        hook.remove()
    if hasattr(model, 'rpn_head'):
        # Proposals that leave the image have no area, and engines crop those differently.
        model.rpn_head.rpn_reg.weight.data *= 0.1
