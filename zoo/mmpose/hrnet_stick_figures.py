# HRNet with an eighth to a quarter of the channels: key points of stick figures on photographs, 64x96 pixels.
custom_imports = dict(imports=['zoo.mmpose.dataset'], allow_failed_imports=False)
_points = ('head', 'neck', 'right_elbow', 'right_hand', 'left_elbow', 'left_hand', 'hip', 'right_knee', 'right_foot',
           'left_knee', 'left_foot')
_limbs = ((0, 1), (1, 6), (1, 2), (2, 3), (1, 4), (4, 5), (6, 7), (7, 8), (6, 9), (9, 10))


def _colour(name):  # BGR
    return [30, 80, 255] if 'right' in name else [255, 100, 30] if 'left' in name else [60, 220, 60]


def _mirrored(name):
    side, _, rest = name.partition('_')
    return f'{dict(right="left", left="right")[side]}_{rest}' if rest else ''


dataset_info = dict(
    dataset_name='stick_figures',
    paper_info=dict(),
    keypoint_info={
        i: dict(name=name, id=i, color=_colour(name), type='', swap=_mirrored(name)) for i, name in enumerate(_points)
    },
    skeleton_info={
        i: dict(link=(_points[a], _points[b]), id=i, color=_colour(_points[b])) for i, (a, b) in enumerate(_limbs)
    },
    joint_weights=[1.0] * len(_points),
    sigmas=[0.05] * len(_points))
channels = list(range(len(_points)))


def _stage(modules, channels, block='BASIC'):
    return dict(num_modules=modules, num_branches=len(channels), block=block, num_blocks=(2, ) * len(channels),
                num_channels=channels)


model = dict(
    type='TopDown',
    pretrained=None,
    backbone=dict(
        type='HRNet',
        in_channels=3,
        extra=dict(
            stage1=_stage(1, (16, ), 'BOTTLENECK'), stage2=_stage(1, (16, 24)), stage3=_stage(1, (16, 24, 32)),
            stage4=_stage(1, (16, 24, 32, 48)))),
    keypoint_head=dict(
        type='TopdownHeatmapSimpleHead', in_channels=16, out_channels=len(_points), num_deconv_layers=0,
        extra=dict(final_conv_kernel=1), loss_keypoint=dict(type='JointsMSELoss', use_target_weight=True)),
    train_cfg=dict(),
    test_cfg=dict(flip_test=False, post_process='unbiased', modulate_kernel=5))
data_cfg = dict(
    image_size=[64, 96], heatmap_size=[16, 24], num_output_channels=len(_points), num_joints=len(_points),
    dataset_channel=[channels], inference_channel=channels)
_norm = dict(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
_meta_keys = ['image_file', 'center', 'scale', 'rotation', 'bbox_score', 'flip_pairs']
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='TopDownGetBboxCenterScale', padding=1.25),
    dict(type='TopDownRandomShiftBboxCenter', shift_factor=0.1, prob=0.5),
    dict(type='TopDownGetRandomScaleRotation', rot_factor=20, scale_factor=0.25, rot_prob=0.5),
    dict(type='TopDownAffine'),
    dict(type='ToTensor'),
    dict(type='NormalizeTensor', **_norm),
    dict(type='TopDownGenerateTarget', sigma=1, unbiased_encoding=True),
    dict(type='Collect', keys=['img', 'target', 'target_weight'], meta_keys=_meta_keys)
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='TopDownGetBboxCenterScale', padding=1.25),
    dict(type='TopDownAffine'),
    dict(type='ToTensor'),
    dict(type='NormalizeTensor', **_norm),
    dict(type='Collect', keys=['img'], meta_keys=_meta_keys)
]
data_root = 'build/zoo/stick_figures'
_data = dict(type='StickFigureDataset', img_prefix=f'{data_root}/', data_cfg=data_cfg, dataset_info=dataset_info)
data = dict(
    samples_per_gpu=32,
    workers_per_gpu=0,
    train=dict(_data, ann_file=f'{data_root}/train.json', pipeline=train_pipeline),
    test=dict(_data, ann_file=f'{data_root}/test.json', pipeline=test_pipeline))
evaluation = dict(metric=['PCK', 'AUC', 'EPE'])
