# EDSR with few channels: photographs enlarged twice.
scale = 2
model = dict(
    type='BasicRestorer',
    generator=dict(
        type='EDSR', in_channels=3, out_channels=3, mid_channels=24, num_blocks=4, upscale_factor=scale, res_scale=1,
        rgb_mean=[0.4488, 0.4371, 0.4040], rgb_std=[1.0, 1.0, 1.0]),
    pixel_loss=dict(type='L1Loss', loss_weight=1.0, reduction='mean'))
train_cfg = None
test_cfg = dict(metrics=['PSNR', 'SSIM'], crop_border=scale)
data_root = 'build/zoo/photos_x2'
test_pipeline = [
    dict(type='LoadImageFromFile', io_backend='disk', key='lq', flag='unchanged'),
    dict(type='LoadImageFromFile', io_backend='disk', key='gt', flag='unchanged'),
    dict(type='RescaleToZeroOne', keys=['lq', 'gt']),
    dict(type='Normalize', keys=['lq', 'gt'], mean=[0, 0, 0], std=[1, 1, 1], to_rgb=True),
    dict(type='Collect', keys=['lq', 'gt'], meta_keys=['lq_path', 'gt_path']),
    dict(type='ImageToTensor', keys=['lq', 'gt']),
]
data = dict(
    workers_per_gpu=0,
    test_dataloader=dict(samples_per_gpu=1),
    test=dict(
        type='SRFolderDataset', lq_folder=f'{data_root}/lq', gt_folder=f'{data_root}/gt', pipeline=test_pipeline,
        scale=scale, filename_tmpl='{}'))
