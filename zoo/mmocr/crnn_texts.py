# CRNN with a small ResNet and no recurrent layer: words of digits and small letters, 32x100 pixels, grey.
label_convertor = dict(type='CTCConvertor', dict_type='DICT36', with_unknown=False, lower=True)
model = dict(
    type='CRNNNet',
    preprocessor=None,
    backbone=dict(
        type='ResNet', in_channels=1, stem_channels=[16], block_cfgs=dict(type='BasicBlock'),
        arch_layers=[1, 1, 1, 1, 1], arch_channels=[32, 64, 96, 112, 112], strides=[1, 1, 1, 1, 1],
        plugins=[
            dict(cfg=dict(type='Maxpool2d', kernel_size=2, stride=(2, 2)), stages=(True, True, False, False, False),
                 position='before_stage'),
            dict(cfg=dict(type='Maxpool2d', kernel_size=(2, 1), stride=(2, 1)),
                 stages=(False, False, True, True, True), position='before_stage'),
        ]),
    encoder=None,
    decoder=dict(type='CRNNDecoder', in_channels=112, rnn_flag=False),
    loss=dict(type='CTCLoss'),
    label_convertor=label_convertor)
data_root = 'build/zoo/texts'
img_norm_cfg = dict(mean=[127], std=[127])
test_pipeline = [
    dict(type='LoadImageFromFile', color_type='grayscale'),
    dict(type='ResizeOCR', height=32, min_width=100, max_width=100, keep_aspect_ratio=False),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='DefaultFormatBundle'),
    dict(
        type='Collect',
        keys=['img'],
        meta_keys=['filename', 'resize_shape', 'valid_ratio', 'img_norm_cfg', 'ori_filename', 'img_shape', 'ori_shape'])
]
data = dict(
    samples_per_gpu=1,
    workers_per_gpu=0,
    test=dict(
        type='OCRDataset',
        img_prefix=f'{data_root}/words',
        ann_file=f'{data_root}/words.txt',
        loader=dict(
            type='AnnFileLoader', repeat=1, file_format='txt',
            parser=dict(type='LineStrParser', keys=['filename', 'text'], keys_idx=[0, 1], separator=' ')),
        pipeline=test_pipeline))
evaluation = dict(interval=1, metric='acc')
