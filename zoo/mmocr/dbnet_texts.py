# DBNet with a quarter of the channels: words on photographs, 192x192 pixels.
model = dict(
    type='DBNet',
    backbone=dict(
        type='mmdet.ResNet', depth=18, base_channels=14, stem_channels=14, num_stages=4, out_indices=(0, 1, 2, 3),
        frozen_stages=-1, norm_cfg=dict(type='BN', requires_grad=True), norm_eval=False, style='caffe'),
    neck=dict(type='FPNC', in_channels=[14, 28, 56, 112], lateral_channels=32, out_channels=8),
    bbox_head=dict(
        type='DBHead', in_channels=32, loss=dict(type='DBLoss', alpha=5.0, beta=10.0, bbce_loss=True),
        postprocessor=dict(type='DBPostprocessor', text_repr_type='quad')),
    train_cfg=None,
    test_cfg=None)
data_root = 'build/zoo/texts'
img_norm_cfg = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
test_pipeline = [
    dict(type='LoadImageFromFile', color_type='color_ignore_orientation'),
    dict(
        type='MultiScaleFlipAug',
        img_scale=(192, 192),
        flip=False,
        transforms=[
            dict(type='Resize', keep_ratio=True),
            dict(type='Normalize', **img_norm_cfg),
            dict(type='Pad', size_divisor=32),
            dict(type='ImageToTensor', keys=['img']),
            dict(type='Collect', keys=['img']),
        ])
]
data = dict(
    samples_per_gpu=8,
    workers_per_gpu=0,
    test=dict(
        type='IcdarDataset', ann_file=f'{data_root}/scenes.json', img_prefix=f'{data_root}/scenes',
        pipeline=test_pipeline))
evaluation = dict(interval=1, metric='hmean-iou')
