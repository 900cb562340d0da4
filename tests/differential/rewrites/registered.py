"""Which rewrites there are, which draws reach them, and which have tests of their own."""

import ast
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mmdeploy
from mmdeploy.codebase import import_codebase
from mmdeploy.core.rewriters.rewriter_manager import REWRITER_MANAGER
from mmdeploy.core.rewriters.rewriter_utils import BackendChecker, IRChecker
from mmdeploy.utils import Codebase

ROOT = Path(mmdeploy.__file__).parents[1]
# Every code base that has a folder with rewrites.
for codebase in Codebase:
    if (ROOT / f'mmdeploy/codebase/{codebase.value}/__init__.py').exists():
        import_codebase(codebase)

_SEG = 'tests/verify/segmentor_test.py'
_CLS = 'mmdeploy/codebase/mmcls/mmcls_test.py'
_DET = 'mmdeploy/codebase/mmdet/mmdet_test.py'
_DETECTORS = 'mmdeploy/codebase/mmdet/engines_test.py::test_same_as_pytorch'
_CROPS = 'mmdeploy/codebase/mmdet/models/roi_heads/roi_extractor_test.py'
_HEADS = 'mmdeploy/codebase/mmdet/models/dense_heads/dense_heads_test.py'
_MARKS = 'mmdeploy/core/optimizers/function_marker_test.py'
_FUNCTIONS = 'mmdeploy/pytorch/functions/functions_test.py'
_INPLACE = 'mmdeploy/pytorch/inplace/inplace_test.py'
_POSE_HEADS = 'mmdeploy/codebase/mmpose/models/heads/heads_test.py'
_DEFORM = 'mmdeploy/op/deform_conv/symbolic_test.py'
_MODULATED = 'mmdeploy/op/modulated_deform_conv/symbolic_test.py'
_TEXT = 'tests/models/text_models_test.py'
# Rewrites that nobody draws: they need a whole model, or compute nothing.
TESTED = {
    'mmcv.ops.roi_align.RoIAlign.forward@torchscript': f'{_CROPS}::test_torchscript',
    'mmdeploy.codebase.mmdet.core.post_processing._multiclass_nms@tensorrt':
    f'{_DET}::test_multiclass_nms_where_each_class_has_boxes',
    'mmdeploy.codebase.mmdet.core.post_processing._multiclass_nms@torchscript':
    f'{_DET}::test_multiclass_nms_where_each_class_has_boxes',
    'mmdeploy.codebase.mmdet.deploy.utils.clip_bboxes@tensorrt': f'{_DET}::test_clip_bboxes_in_tensorrt',
    'mmdet.models.YOLOXHead.get_bboxes': _DETECTORS,
    'mmdet.models.backbones.csp_darknet.Focus.forward@ncnn': _DETECTORS,
    'mmdet.models.dense_heads.FoveaHead.get_bboxes': f'{_HEADS}::test_boxes_are_those_of_mmdet',
    'mmdet.models.dense_heads.FoveaHead.get_bboxes@ncnn': f'{_HEADS}::test_boxes_are_those_of_mmdet_in_ncnn',
    'mmdet.models.dense_heads.RPNHead.get_bboxes@ncnn': f'{_DET}::test_two_stages_in_ncnn',
    'mmdet.models.dense_heads.RepPointsHead.get_bboxes': f'{_HEADS}::test_boxes_are_those_of_mmdet',
    'mmdet.models.dense_heads.RepPointsHead.get_bboxes@ncnn': f'{_HEADS}::test_boxes_are_those_of_mmdet_in_ncnn',
    'mmdet.models.dense_heads.RepPointsHead.points2bbox': _DETECTORS,
    'mmdet.models.dense_heads.SSDHead.get_bboxes@ncnn': _DETECTORS,
    'mmdet.models.dense_heads.TOODHead.deform_sampling': _DETECTORS,
    'mmdet.models.dense_heads.TOODHead.forward': _DETECTORS,
    'mmdet.models.dense_heads.TOODHead.get_bboxes': f'{_HEADS}::test_boxes_are_those_of_mmdet',
    'mmdet.models.dense_heads.VFNetHead.star_dcn_offset': _DETECTORS,
    'mmdet.models.dense_heads.YOLOV3Head.get_bboxes@ncnn': _DETECTORS,
    'mmdet.models.dense_heads.YOLOXHead.get_bboxes@ncnn': _DETECTORS,
    'mmdet.models.dense_heads.base_dense_head.BaseDenseHead.get_bboxes@ncnn': _DETECTORS,
    'mmdet.models.dense_heads.gfl_head.GFLHead.get_bboxes': f'{_HEADS}::test_boxes_are_those_of_mmdet',
    'mmdet.models.dense_heads.gfl_head.GFLHead.get_bboxes@ncnn': f'{_HEADS}::test_boxes_are_those_of_mmdet_in_ncnn',
    'mmdet.models.detectors.rpn.RPN.simple_test': _DETECTORS,
    'mmdet.models.roi_heads.cascade_roi_head.CascadeRoIHead.simple_test': _DETECTORS,
    'mmdet.models.roi_heads.mask_heads.fcn_mask_head.FCNMaskHead.get_seg_masks': _DETECTORS,
    'mmdet.models.roi_heads.roi_extractors.single_level_roi_extractor.SingleRoIExtractor.forward@torchscript':
    f'{_CROPS}::test_torchscript',
    'mmdet.models.roi_heads.test_mixins.MaskTestMixin.simple_test_mask': _DETECTORS,
    'mmseg.models.segmentors.BaseSegmentor.forward': f'{_SEG}::test_labels_of_the_graph_are_those_of_the_scores',
    'mmseg.models.segmentors.EncoderDecoder.simple_test': f'{_SEG}::test_labels_of_the_graph_are_those_of_the_scores',
    'mmocr.models.textdet.SingleStageTextDetector.simple_test': f'{_TEXT}::test_scores_are_those_of_mmocr',
    'mmocr.models.textrecog.ABINet.simple_test': f'{_TEXT}::test_scores_under_the_rewrites',
    'mmocr.models.textrecog.layers.position_aware_layer.PositionAwareLayer.forward@ncnn':
    f'{_TEXT}::test_scores_are_those_of_mmocr',
    'mmocr.models.textrecog.BaseRecognizer.forward': f'{_TEXT}::test_scores_are_those_of_mmocr',
    'mmocr.models.textrecog.EncodeDecodeRecognizer.simple_test': f'{_TEXT}::test_scores_are_those_of_mmocr',
    'mmocr.models.textrecog.decoders.SequentialSARDecoder': f'{_TEXT}::test_scores_under_the_rewrites',
    **{f'mmocr.models.textrecog.{name}': f'{_TEXT}::test_scores_under_the_rewrites'
       for name in ('SARNet', 'SATRN', 'NRTR', 'RobustScanner')},
    'mmcls.models.backbones.shufflenet_v2.InvertedResidual.forward': f'{_CLS}::test_shufflenet_v2_block_rewrite',
    'mmcls.models.backbones.vision_transformer.VisionTransformer.forward@ncnn':
    f'{_CLS}::test_vision_transformer_rewrite_ncnn',
    'mmcls.models.classifiers.BaseClassifier.forward': f'{_CLS}::test_base_classifier_rewrite',
    'mmcls.models.classifiers.ImageClassifier.forward': f'{_CLS}::test_classifier_and_head_rewrites',
    'mmcls.models.heads.ClsHead.post_process': f'{_CLS}::test_classifier_and_head_rewrites',
    'mmcls.models.heads.MultiLabelClsHead.post_process': f'{_CLS}::test_classifier_and_head_rewrites',
    'mmcls.models.necks.GlobalAveragePooling.forward': f'{_CLS}::test_gap_rewrite',
    'mmcls.models.utils.attention.MultiheadAttention.forward@ncnn': f'{_CLS}::test_attention_rewrite_ncnn',
    'mmcv.ops.deform_conv.DeformConv2dFunction@openvino': f'{_DEFORM}::test_openvino_computes_the_same',
    'mmcv.ops.deform_conv.deform_conv2d@torchscript': f'{_DEFORM}::test_torchscript',
    'mmcv.ops.deform_conv2d@torchscript': f'{_DEFORM}::test_torchscript',
    'mmcv.ops.modulated_deform_conv.modulated_deform_conv2d@torchscript': f'{_MODULATED}::test_torchscript',
    'mmcv.ops.modulated_deform_conv2d@torchscript': f'{_MODULATED}::test_torchscript',
    'mmcv.ops.cc_attention.NEG_INF_DIAG': 'tests/models/segmentors_test.py::test_labels_are_those_of_mmseg',
    'mmpose.models.detectors.top_down.TopDown.forward':
        'tests/models/poses_test.py::test_answers_are_those_of_mmpose',
    'mmpose.models.heads.DeepposeRegressionHead.inference_model': f'{_POSE_HEADS}::test_answers_are_those_of_mmpose',
    'mmpose.models.heads.TopdownHeatmapMSMUHead.inference_model': f'{_POSE_HEADS}::test_answers_are_those_of_mmpose',
    'mmpose.models.heads.TopdownHeatmapMultiStageHead.inference_model':
        f'{_POSE_HEADS}::test_answers_are_those_of_mmpose',
    'mmpose.models.heads.TopdownHeatmapSimpleHead.inference_model': f'{_POSE_HEADS}::test_answers_are_those_of_mmpose',
    'mmpose.models.heads.ViPNASHeatmapSimpleHead.inference_model': f'{_POSE_HEADS}::test_answers_are_those_of_mmpose',
    'mmcv.ops.psa_mask.PSAMask.forward': 'mmdeploy/mmcv/ops/ops_test.py::test_psa_mask',
    'mmdeploy.core.optimizers.function_marker.Mark.forward': f'{_MARKS}::test_calibration_data_of_partitions',
    'mmdeploy.core.optimizers.function_marker.Mark.symbolic': f'{_MARKS}::test_context_decides',
    'mmdeploy.core.optimizers.function_marker.mark_tensors@torchscript': f'{_MARKS}::test_context_decides',
    'mmdet.models.dense_heads.RPNHead.get_bboxes': _DETECTORS,
    'mmdet.models.dense_heads.YOLOV3Head.get_bboxes': _DETECTORS,
    'mmdet.models.dense_heads.base_dense_head.BaseDenseHead.get_bboxes': f'{_HEADS}::test_boxes_are_those_of_mmdet',
    'mmdet.models.detectors.base.BaseDetector.forward': _DETECTORS,
    'mmdet.models.detectors.single_stage.SingleStageDetector.simple_test': _DETECTORS,
    'mmdet.models.detectors.two_stage.TwoStageDetector.extract_feat':
    f'{_DET}::test_predefined_partition_of_two_stages',
    'mmdet.models.detectors.two_stage.TwoStageDetector.simple_test': _DETECTORS,
    'mmdet.models.roi_heads.bbox_heads.bbox_head.BBoxHead.forward': f'{_DET}::test_predefined_partition_of_two_stages',
    'mmdet.models.roi_heads.bbox_heads.convfc_bbox_head.ConvFCBBoxHead.forward':
    f'{_DET}::test_predefined_partition_of_two_stages',
    'mmdet.models.roi_heads.standard_roi_head.StandardRoIHead.simple_test': _DETECTORS,
    'mmdet.models.roi_heads.test_mixins.BBoxTestMixin.simple_test_bboxes': _DETECTORS,
    'torch.Tensor.chunk@torchscript': f'{_FUNCTIONS}::test_chunk_torchscript',
    'torch._C._jit_pass_onnx_deduplicate_initializers@tensorrt': f'{_FUNCTIONS}::test_equal_weights_stay_apart',
    'torch.jit.trace@torchscript': f'{_INPLACE}::test_data_in_torchscript',
    'torch.onnx.utils._model_to_graph': 'mmdeploy/apis/apis_test.py::test_custom_passes',
    'torch.onnx.utils._trace_and_get_graph_from_model': f'{_INPLACE}::test_data',
    'torch.onnx.utils._validate_dynamic_axes': f'{_FUNCTIONS}::test_interpolate_ncnn_of_open_sizes',
}


def label(path: str, record: dict) -> str:
    """Return the path of what is rewritten, with the engine and the representation that it is for."""
    for checker in record['_checkers']:
        if isinstance(checker, BackendChecker):
            path += f'@{checker.required_backend.value}'
        elif isinstance(checker, IRChecker):
            path += f'@{checker.required_ir.value}'
    return path


def _records() -> Iterator[tuple[str, dict]]:
    """Yield the rewrites of mmdeploy with their labels."""
    manager = REWRITER_MANAGER
    for rewriter in (manager.function_rewriter, manager.module_rewriter, manager.symbolic_rewriter):
        for path, records in rewriter._registry._rewrite_records.items():
            for record in records:
                module = record['_object'].__module__
                if module.startswith('mmdeploy.') and not module.endswith('_test'):
                    yield label(path, record), record


def labels() -> set[str]:
    return {name for name, _ in _records()}


@contextmanager
def recorded() -> Iterator[set[str]]:
    """Note which rewrites are called inside a `with` block."""
    called, undo = set(), []

    def recording(name: str, function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            called.add(name)
            return function(*args, **kwargs)

        return call

    for name, record in _records():
        undo.append((record, record['_object']))
        record['_object'] = recording(name, record['_object'])
    try:
        yield called
    finally:
        for record, function in undo:
            record['_object'] = function


def missing_test(where: str) -> bool:
    """Tell whether `path::name` names no test."""
    path, _, name = where.partition('::')
    if not (ROOT / path).exists():
        return True
    tree = ast.parse((ROOT / path).read_text())
    return name not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
