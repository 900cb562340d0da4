# What the detectors of digits share: ten digits on photographs, 128x128 pixels, and the layers below their heads.
classes = ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
norm_cfg = dict(type='BN', requires_grad=True)
backbone = dict(
    type='ResNet', depth=18, base_channels=16, num_stages=4, out_indices=(0, 1, 2, 3), style='pytorch',
    norm_cfg=norm_cfg, norm_eval=False)
dataset_type = 'CocoDataset'
data_root = 'build/zoo/detect_digits/'
img_norm_cfg = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(
        type='MultiScaleFlipAug',
        img_scale=(128, 128),
        flip=False,
        transforms=[
            dict(type='Resize', keep_ratio=True),
            dict(type='RandomFlip'),
            dict(type='Normalize', **img_norm_cfg),
            dict(type='Pad', size_divisor=32),
            dict(type='ImageToTensor', keys=['img']),
            dict(type='Collect', keys=['img']),
        ])
]
data = dict(
    samples_per_gpu=16,
    workers_per_gpu=0,
    test=dict(
        type=dataset_type, ann_file=data_root + 'test.json', img_prefix=data_root + 'images/', classes=classes,
        pipeline=test_pipeline))
