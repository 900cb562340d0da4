# UNet with an eighth of the channels: three digits on photographs, 96x96 pixels.
norm_cfg = dict(type='BN', requires_grad=True)
classes = ('photo', '0', '1', '7')
palette = [[0, 0, 0], [230, 25, 75], [60, 180, 75], [255, 225, 25]]
model = dict(
    type='EncoderDecoder',
    backbone=dict(
        type='UNet', in_channels=3, base_channels=8, num_stages=5, strides=(1, 1, 1, 1, 1),
        enc_num_convs=(2, 2, 2, 2, 2), dec_num_convs=(2, 2, 2, 2), downsamples=(True, True, True, True),
        enc_dilations=(1, 1, 1, 1, 1), dec_dilations=(1, 1, 1, 1), norm_cfg=norm_cfg, act_cfg=dict(type='ReLU'),
        upsample_cfg=dict(type='InterpConv'), norm_eval=False),
    decode_head=dict(
        type='FCNHead', in_channels=8, in_index=4, channels=16, num_convs=1, concat_input=False, dropout_ratio=0.0,
        num_classes=4, norm_cfg=norm_cfg, align_corners=False,
        loss_decode=dict(
            type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0, avg_non_ignore=True,
            class_weight=[0.2, 1.0, 1.0, 1.0])),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
dataset_type = 'CustomDataset'
data_root = 'build/zoo/digits_on_photos'
img_norm_cfg = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(
        type='MultiScaleFlipAug',
        img_scale=(96, 96),
        flip=False,
        transforms=[
            dict(type='Resize', keep_ratio=True),
            dict(type='RandomFlip'),
            dict(type='Normalize', **img_norm_cfg),
            dict(type='ImageToTensor', keys=['img']),
            dict(type='Collect', keys=['img']),
        ])
]
data = dict(
    samples_per_gpu=16,
    workers_per_gpu=0,
    test=dict(
        type=dataset_type, data_root=data_root, img_dir='images/test', ann_dir='labels/test', img_suffix='.png',
        seg_map_suffix='.png', classes=classes, palette=palette, pipeline=test_pipeline))
