"""Enumerations of tasks, codebases, intermediate representations, engines.

They stay plain `Enum` subclasses, because users extend them with
`aenum.extend_enum`.
"""
from enum import Enum
from typing import Any


class AdvancedEnum(Enum):
    """An enumeration whose members are looked up by value."""

    @classmethod
    def get(cls, value: Any) -> 'AdvancedEnum':
        """Return the member whose value is `value`.

        Raises:
            KeyError: no member has that value.
        """
        for member in cls:
            if member.value == value:
                return member
        raise KeyError(f'Cannot get key by value "{value}" of {cls}')


class Task(AdvancedEnum):
    """What a model answers."""
    TEXT_DETECTION = 'TextDetection'
    TEXT_RECOGNITION = 'TextRecognition'
    SEGMENTATION = 'Segmentation'
    SUPER_RESOLUTION = 'SuperResolution'
    CLASSIFICATION = 'Classification'
    OBJECT_DETECTION = 'ObjectDetection'
    INSTANCE_SEGMENTATION = 'InstanceSegmentation'
    VOXEL_DETECTION = 'VoxelDetection'
    POSE_DETECTION = 'PoseDetection'
    ROTATED_DETECTION = 'RotatedDetection'
    MONOCULAR_DETECTION = 'MonocularDetection'


class Codebase(AdvancedEnum):
    """OpenMMLab code bases; the value is the import name."""
    MMDET = 'mmdet'
    MMSEG = 'mmseg'
    MMCLS = 'mmcls'
    MMOCR = 'mmocr'
    MMEDIT = 'mmedit'
    MMDET3D = 'mmdet3d'
    MMPOSE = 'mmpose'
    MMROTATE = 'mmrotate'


class IR(AdvancedEnum):
    """Intermediate representation that the exporter writes."""
    ONNX = 'onnx'
    TORCHSCRIPT = 'torchscript'
    DEFAULT = 'default'


class Backend(AdvancedEnum):
    """Inference engines; the value is the folder in `mmdeploy.backend`."""
    PYTORCH = 'pytorch'
    TENSORRT = 'tensorrt'
    ONNXRUNTIME = 'onnxruntime'
    PPLNN = 'pplnn'
    NCNN = 'ncnn'
    SNPE = 'snpe'
    OPENVINO = 'openvino'
    SDK = 'sdk'
    TORCHSCRIPT = 'torchscript'
    # Known by name, not available here: `get_backend_manager` says so.
    RKNN = 'rknn'
    ASCEND = 'ascend'
    COREML = 'coreml'
    TVM = 'tvm'
    DEFAULT = 'default'


# `component`: post-processing step of the SDK; `cls_name`: SDK class, and
# the value of "task" in deploy.json.
SDK_TASK_MAP = {
    Task.CLASSIFICATION:
    dict(component='LinearClsHead', cls_name='Classifier'),
    Task.OBJECT_DETECTION:
    dict(component='ResizeBBox', cls_name='Detector'),
    Task.INSTANCE_SEGMENTATION:
    dict(component='ResizeInstanceMask', cls_name='Detector'),
    Task.SEGMENTATION:
    dict(component='ResizeMask', cls_name='Segmentor'),
    Task.SUPER_RESOLUTION:
    dict(component='TensorToImg', cls_name='Restorer'),
    Task.TEXT_DETECTION:
    dict(component='TextDetHead', cls_name='TextDetector'),
    Task.TEXT_RECOGNITION:
    dict(component='CTCConvertor', cls_name='TextRecognizer'),
    Task.POSE_DETECTION:
    dict(component='Detector', cls_name='PoseDetector'),
    Task.ROTATED_DETECTION:
    dict(component='ResizeRBBox', cls_name='RotatedDetector'),
}
