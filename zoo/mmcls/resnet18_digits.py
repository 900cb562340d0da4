# ResNet-18 with an eighth of the channels, for 32x32 images of digits.
# Data: see make_digits.py; the paths are relative to the repository's root.
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=8,
        base_channels=8,
        num_stages=4,
        out_indices=(3, ),
        style='pytorch'),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        topk=(1, 5)))

dataset_type = 'CustomDataset'
classes = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
img_norm_cfg = dict(
    mean=[77.85, 77.85, 77.85], std=[95.9, 95.9, 95.9], to_rgb=True)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', size=(36, -1), backend='pillow'),
    dict(type='RandomCrop', size=32),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='ImageToTensor', keys=['img']),
    dict(type='ToTensor', keys=['gt_label']),
    dict(type='Collect', keys=['img', 'gt_label'])
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', size=(36, -1), backend='pillow'),
    dict(type='CenterCrop', crop_size=32),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='ImageToTensor', keys=['img']),
    dict(type='Collect', keys=['img'])
]
data = dict(
    samples_per_gpu=64,
    workers_per_gpu=0,
    train=dict(
        type=dataset_type,
        data_prefix='build/zoo/digits/train',
        classes=classes,
        pipeline=train_pipeline),
    val=dict(
        type=dataset_type,
        data_prefix='build/zoo/digits/test',
        classes=classes,
        pipeline=test_pipeline),
    test=dict(
        type=dataset_type,
        data_prefix='build/zoo/digits/test',
        classes=classes,
        pipeline=test_pipeline))
evaluation = dict(metric='accuracy')
