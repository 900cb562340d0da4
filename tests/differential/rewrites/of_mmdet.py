"""Draws of the rewrites of mmdet: boxes, crops and what is selected of them."""

import importlib

import mmcv
import torch

from mmdeploy.codebase import import_codebase
from mmdeploy.codebase.mmdet.deploy.utils import pad_with_value_if_necessary
from mmdeploy.utils import Codebase
from tests.differential.rewrites.draw import Case, Draw, draws
from tests.differential.rewrites.of_mmcv import boxes_of, scores_of

import_codebase(Codebase.MMDET)
_BOX = 'mmdet.core.bbox'
_DELTA = f'{_BOX}.coder.delta_xywh_bbox_coder'


def _max_shape(draw: Draw) -> object:
    return draw.choice([None, (12, 15), (12, 15, 3)])


@draws(f'{_DELTA}.DeltaXYWHBBoxCoder.decode', f'{_DELTA}.delta2bbox', f'{_DELTA}.delta2bbox@ncnn')
def decoded_deltas(draw: Draw) -> Case:
    from mmdet.core.bbox.coder import DeltaXYWHBBoxCoder

    coder = DeltaXYWHBBoxCoder(
        draw.choice([(0.0,) * 4, (0.1, 0, -0.2, 0)]), draw.choice([(1.0,) * 4, (0.1, 0.1, 0.2, 0.2)]),
        clip_border=draw.maybe(), add_ctr_clamp=draw.maybe(0.3), ctr_clamp=draw.choice([1, 32]),
    )  # yapf: disable
    front, classes = [*draw.choice([[], [draw.randint(1, 2)]]), draw.randint(1, 5)], draw.choice([1, 1, 3])
    boxes, deltas = boxes_of(draw, front), draw.tensor([*front, 4 * classes]) * draw.choice([1, 3])
    shape, ratio = _max_shape(draw), draw.choice([16 / 1000, 0.5])
    return Case(lambda deltas, boxes: coder.decode(boxes * 1, deltas, shape and shape[:2], ratio), (deltas, boxes),
                draw.choice(['default', 'ncnn']))


@draws(f'{_BOX}.coder.DistancePointBBoxCoder.decode', f'{_BOX}.transforms.distance2bbox')
def decoded_distances(draw: Draw) -> Case:
    from mmdet.core.bbox.coder import DistancePointBBoxCoder

    coder = DistancePointBBoxCoder(clip_border=draw.maybe())
    front = [*draw.choice([[], [draw.randint(1, 2)]]), draw.randint(1, 5)]
    points, distances = draw.tensor([*front, 2]) * 9, draw.tensor([*front, 4]).abs() * 9
    shape = _max_shape(draw)
    return Case(lambda points, distances: coder.decode(points * 1, distances, shape and shape[:2]), (points, distances))


@draws(f'{_BOX}.coder.tblr_bbox_coder.tblr2bboxes')
def decoded_sides(draw: Draw) -> Case:
    from mmdet.core.bbox.coder import TBLRBBoxCoder

    coder = TBLRBBoxCoder(draw.choice([4.0, (4.0, 2.0, 1.0, 0.5)]), draw.maybe())
    front = [*draw.choice([[], [draw.randint(1, 2)]]), draw.randint(1, 5)]
    priors, sides = boxes_of(draw, front), draw.tensor([*front, 4]).abs()
    shape = draw.choice([None, (12, 15)])
    if shape and front[1:]:
        # mmdet wants one shape per image there.
        shape = None
    return Case(lambda priors, sides: coder.decode(priors * 1, sides, shape), (priors, sides))


@draws('mmdet.models.backbones.csp_darknet.Focus.forward')
def focus(draw: Draw) -> Case:
    from mmdet.models.backbones.csp_darknet import Focus

    module = draw.module(Focus(2, 3, draw.choice([1, 3])))
    x = draw.tensor([draw.randint(1, 2), 2, 2 * draw.randint(1, 4), 2 * draw.randint(1, 4)])
    return draw.opened(Case(module, (x,)), [2, 3])


@draws('mmdet.models.necks.ssd_neck.L2Norm.forward', 'mmdet.models.necks.ssd_neck.L2Norm.forward@tensorrt')
def l2norm(draw: Draw) -> Case:
    from mmdet.models.necks.ssd_neck import L2Norm

    module = draw.module(L2Norm(3))
    x = draw.tensor([draw.randint(1, 2), 3, draw.randint(1, 3), draw.randint(1, 3)])
    return Case(module, (x,), draw.choice(['default', 'tensorrt']))


def _told(case: Case) -> Case:
    """Write into the deploy config of a case which axes are open: these rewrites ask."""
    if case.open_axes:
        case.cfg.update(onnx_config=dict(dynamic_axes=dict(input=[0, 2, 3])))
    return case


_SWIN = 'mmdet.models.backbones.swin'


@draws(f'{_SWIN}.ShiftWindowMSA.forward', f'{_SWIN}.ShiftWindowMSA.forward@tensorrt',
       f'{_SWIN}.WindowMSA.forward@tensorrt')
def shifted_windows_of_mmdet(draw: Draw) -> Case:
    from mmdet.models.backbones.swin import ShiftWindowMSA

    window = draw.randint(2, 4)
    module = draw.module(ShiftWindowMSA(4, 2, window, draw.choice([0, window // 2, 1])))
    x = draw.tensor([draw.randint(1, 2), 4, draw.randint(1, 9), draw.randint(1, 9)])

    def function(x):
        tokens = (x * 1).permute(0, 2, 3, 1)
        return module(tokens.reshape(tokens.shape[0], -1, 4), tuple(x.shape[2:]))

    return _told(draw.opened(Case(function, (x,), draw.choice(['default', 'tensorrt'])), [2, 3]))


@draws(f'{_SWIN}.ShiftWindowMSA.window_partition@tensorrt', f'{_SWIN}.ShiftWindowMSA.window_reverse@tensorrt')
def windows_of_mmdet(draw: Draw) -> Case:
    """A size is divided by that of windows; these are changed by place, so that a wrong order shows."""
    from mmdet.models.backbones.swin import ShiftWindowMSA

    window = draw.randint(1, 4)
    module = draw.module(ShiftWindowMSA(4, 2, window))
    ramp = torch.arange(window * window * 4.0).reshape(window, window, 4)

    def function(x):
        windows = module.window_partition(x.permute(0, 2, 3, 1).repeat(1, window, window, 1))
        # Numbers that are traced would become constants in mmdet's own function.
        height, width = (side * window for side in x.shape[2:])
        return windows, module.window_reverse(windows * ramp, height, width)

    x = draw.tensor([draw.randint(1, 2), 4, draw.randint(1, 3), draw.randint(1, 3)])
    return _told(draw.opened(Case(function, (x,), 'tensorrt'), [2, 3]))


@draws('mmdet.models.utils.transformer.AdaptivePadding.forward',
       'mmdet.models.utils.transformer.PatchMerging.forward',
       'mmdet.models.utils.transformer.PatchMerging.forward@tensorrt')
def merged_patches(draw: Draw) -> Case:
    from mmdet.models.utils.transformer import AdaptivePadding, PatchMerging

    padding = AdaptivePadding(draw.choice([2, 4, (3, 2)]), draw.choice([2, (4, 3)]), draw.choice([1, 2]),
                              draw.choice(['corner', 'same']))
    merging = draw.module(PatchMerging(3, 5, draw.choice([2, 2, 3]), padding='corner', norm_cfg=None))
    x = draw.tensor([draw.randint(1, 2), 3, draw.randint(1, 7), draw.randint(1, 7)])

    def function(x):
        x = padding(x * 1)
        tokens = x.permute(0, 2, 3, 1)
        return merging(tokens.reshape(tokens.shape[0], -1, 3), tuple(x.shape[2:]))[0]

    return _told(draw.opened(Case(function, (x,), draw.choice(['default', 'tensorrt'])), [2, 3]))


@draws('mmdeploy.codebase.mmdet.core.post_processing._multiclass_nms')
def multiclass_nms(draw: Draw) -> Case:
    images, count, classes = draw.randint(1, 2), draw.randint(2, 9), draw.randint(1, 3)
    boxes, scores = boxes_of(draw, [images, count]), scores_of(draw, [images, count, classes])
    limits = dict(max_output_boxes_per_class=draw.choice([2, 50]), iou_threshold=draw.choice([0.1, 0.5]),
                  score_threshold=draw.choice([0.0, 0.33]), pre_top_k=draw.choice([-1, draw.randint(1, count)]),
                  keep_top_k=draw.choice([-1, 1, 2]))
    package = importlib.import_module('mmdeploy.codebase.mmdet.core.post_processing')

    def function(boxes, scores):
        dets, labels = package._multiclass_nms(boxes * 1, scores, **limits)
        return dets, labels * (dets[..., 4] > 0)  # rows without a box have any label

    return Case(function, (boxes, scores), draw.choice(['onnxruntime', 'default']))


@draws('mmdet.models.roi_heads.SingleRoIExtractor.forward',
       'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward@tensorrt',
       'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward@openvino')
def roi_extractor(draw: Draw) -> Case:
    from mmdet.models.roi_heads.roi_extractors import SingleRoIExtractor

    strides, images = [4, 8, 16][: draw.randint(1, 3)], draw.randint(1, 2)
    size = draw.choice([draw.randint(1, 4), (draw.randint(1, 4), draw.randint(1, 4))])
    layer = dict(type='RoIAlign', output_size=size, sampling_ratio=draw.randint(0, 2), aligned=draw.maybe(0.7),
                 pool_mode=draw.choice(['avg', 'avg', 'max']))
    extractor = SingleRoIExtractor(layer, 2, strides, draw.choice([56, 14])).eval()
    feats = [draw.tensor([images, 2, 64 // stride, 64 // stride]).contiguous() for stride in strides]
    rois = torch.cat([torch.randint(images, (draw.randint(1, 5), 1), generator=draw.generator()).float()], 1)
    rois = torch.cat([rois, boxes_of(draw, [len(rois)], 50) + torch.tensor([0, 0, 16.1, 16.1])], 1)
    factor = draw.choice([None, None, 1.3])
    return Case(lambda rois, *feats: extractor([x * 1 for x in feats], rois, roi_scale_factor=factor), (rois, *feats),
                draw.choice(['onnxruntime', 'tensorrt', 'openvino']))  # yapf: disable


@draws('mmdet.core.anchor.anchor_generator.AnchorGenerator.single_level_grid_priors@tensorrt',
       'mmdet.core.anchor.MlvlPointGenerator.single_level_grid_priors@tensorrt')
def grid_priors(draw: Draw) -> Case:
    from mmdet.core.anchor import AnchorGenerator, MlvlPointGenerator

    strides = [draw.choice([4, 8, (4, 8)])]
    if draw.maybe():
        generator, options = MlvlPointGenerator(strides, draw.choice([0.5, 0.0])), dict(with_stride=draw.maybe())
    else:
        generator, options = AnchorGenerator(strides, ratios=[0.5, 1.0], scales=[8], base_sizes=[4]), {}
    x = draw.tensor([1, 1, draw.randint(1, 5), draw.randint(1, 5)])

    def function(x):
        return generator.single_level_grid_priors(x.shape[2:], 0, dtype=x.dtype, device='cpu', **options) + x.sum() * 0

    return draw.opened(Case(function, (x,), 'tensorrt'), [2, 3])


@draws('mmdet.models.roi_heads.bbox_heads.bbox_head.BBoxHead.get_bboxes')
def boxes_of_second_stage(draw: Draw) -> Case:
    """Beside its parts: proposals that are refined, and the boxes that are left."""
    from mmdet.models.roi_heads.bbox_heads import BBoxHead

    classes, count = draw.randint(1, 3), draw.randint(2, 8)
    agnostic = draw.maybe()
    head = draw.module(BBoxHead(num_classes=classes, in_channels=2, reg_class_agnostic=agnostic))
    test = mmcv.ConfigDict(score_thr=draw.choice([0.0, 0.3]), max_per_img=draw.choice([-1, 3]),
                           nms=dict(type='nms', iou_threshold=draw.choice([0.2, 0.6])))
    post = dict(max_output_boxes_per_class=50, iou_threshold=0.5, score_threshold=0.05, pre_top_k=-1, keep_top_k=-1)
    cfg = dict(codebase_config=dict(type='mmdet', task='ObjectDetection', post_processing=post))
    rois = torch.cat([torch.zeros(count, 1), boxes_of(draw, [count]) + torch.tensor([0, 0, 1.0, 1])], 1)
    scores, deltas = draw.tensor([count, classes + 1]), draw.tensor([count, 4 if agnostic else 4 * classes])
    from mmdeploy.codebase.mmdet.models.roi_heads.bbox_head import select_boxes

    def function(rois, scores, deltas):
        """Plain: mmdet takes one image, and each box of the classes by itself; here the class decides for one box."""
        head.test_cfg = test
        batch = [x.unsqueeze(0) * 1 for x in (rois, scores, deltas)]
        if _is_rewritten(head):
            return head.get_bboxes(*batch, (24, 28), None, cfg=test)
        return select_boxes(mmcv.Config(cfg), head, *batch, (24, 28))

    return Case(function, (rois, scores, deltas), 'onnxruntime', cfg=cfg)


def _is_rewritten(head: torch.nn.Module) -> bool:
    return hasattr(type(head).get_bboxes, 'mmdeploy_origin_func')


@draws('mmdeploy.codebase.mmdet.deploy.utils.__pad_with_value_if_necessary@tensorrt')
def padded(draw: Draw) -> Case:
    x = draw.tensor(draw.shape(1, 3))
    dim, size, value = draw.axis(x.dim()), draw.randint(0, 3), draw.choice([None, 2.5])
    kept = slice(0, x.shape[dim])

    def function(x):
        return pad_with_value_if_necessary(x * 1, dim, size, value).transpose(dim, 0)[kept]

    return Case(function, (x,), draw.choice(['tensorrt', 'tensorrt', 'default']))
