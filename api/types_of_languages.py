"""The abstract types of `sdk.yaml` and `task.yaml`, and what each language makes of them."""
from dataclasses import dataclass

# Type of a parameter or member of sdk.yaml -> C. What is missing here is defined in sdk.yaml: `model` is
# mmdeploy_model_t.
C_TYPES = {
    'status': 'int',
    'nothing': 'void',
    'text': 'const char*',
    'int': 'int',
    'int64': 'int64_t',
    'float': 'float',
    'bytes': 'const void*',
    'pixels': 'uint8_t*',
    'mask_pixels': 'char*',
    'images': 'const mmdeploy_mat_t*',
    'counts': 'const int*',
    'boxes': 'const mmdeploy_rect_t*',
    'quads': 'const mmdeploy_text_detection_t*',
    'int32': 'int32_t',
    'user_data': 'void*',
    'senders': 'mmdeploy_sender_t*',
    'uint32': 'uint32_t',
    'int32s': 'const int32_t*',
    'int64s': 'const int64_t*',
    'float_array': 'float*',
    'points': 'mmdeploy_point_t*',
    'pose_tracker_params': 'mmdeploy_pose_tracker_param_t*',
    'const_pose_tracker_params': 'const mmdeploy_pose_tracker_param_t*',
    'pose_tracker_states': 'mmdeploy_pose_tracker_state_t*',
    'pose_tracker_targets': 'mmdeploy_pose_tracker_target_t*',
}
# Members whose declaration ends behind their name.
C_MEMBERS = {'float3': 'float {}[3]'}
# Arrays that the library makes are the caller's, and not const.
C_OUT_TYPES = {'counts': 'int*', 'int32s': 'int32_t*'}
# Those that a call checks for NULL: everything but numbers and enumerations.
C_PLAIN = ('int', 'int32', 'int64', 'float', 'context_type', 'pixel_format', 'data_type')


@dataclass(frozen=True)
class FieldType:
    """A type that a field of a result may have.

    Attributes:
        cpp: member of the C++ struct inside.
        c: declaration of the member of the C struct; `{}` stands for the name.
        owns: whether the C member is memory of its own, which `release_result` frees.
        held: whether it is memory of the result instead, which the array of C structs holds.
        include: header that the C++ member needs.
        parts: what else of it a C struct may hold -> the C++ expression for it; `{}` stands for the member.
    """
    cpp: str
    c: str
    owns: bool = False
    include: str = ''
    parts: tuple[tuple[str, str], ...] = ()
    held: bool = False


_SIZES = (('height', 'Side({}, -2)'), ('width', 'Side({}, -1)'), ('channels', 'Side({}, -3)'))
_LENGTH = (('length', 'static_cast<int>({}.size())'), )

FIELD_TYPES = {
    'int': FieldType('int', 'int {}'),
    'float': FieldType('float', 'float {}'),
    'string': FieldType('std::string', 'char* {}', True, '<string>', _LENGTH),
    'box': FieldType('Rect', 'mmdeploy_rect_t {}'),
    'rotated_box': FieldType('RotatedBox', 'float {}[5]'),
    'point': FieldType('Point', 'mmdeploy_point_t {}'),
    'quad': FieldType('Quad', 'mmdeploy_point_t {}[4]'),
    'floats': FieldType('std::vector<float>', 'float* {}', True, '<vector>', _LENGTH),
    'points': FieldType('std::vector<Point>', 'mmdeploy_point_t* {}', True, '<vector>', _LENGTH),
    'mask': FieldType('Tensor', 'mmdeploy_instance_mask_t* {}', True),
    'label_map': FieldType('Tensor', 'int* {}', parts=_SIZES, held=True),
    'score_map': FieldType('Tensor', 'float* {}', parts=_SIZES, held=True),
    'image': FieldType('Image', 'mmdeploy_mat_t {}', True),
}


def c_member(type_name: str, name: str) -> tuple[str, str]:
    """Return how the type of a member of a struct is spelled in C, and its declaration."""
    declared = C_MEMBERS.get(type_name, f'{c_type(type_name)} {{}}')
    return declared.format('').replace(' ', '') if type_name in C_MEMBERS else c_type(type_name), declared.format(name)


def c_type(name: str, result: str = '', task: str = '', out: bool = False) -> str:
    """Return the C type of a parameter or member.

    Args:
        name: abstract type.
        result: result struct of the task around it.
        task: name of the task around it.
        out: for a parameter that the function fills in.
    """
    if name == 'results':
        found = f'{result}*'
    elif name == 'task':
        found = f'mmdeploy_{task}_t'
    elif name == 'continuation':
        found = f'mmdeploy_{task}_continue_t'
    elif out and name in C_OUT_TYPES:
        found = C_OUT_TYPES[name]
    else:
        found = C_TYPES.get(name, f'mmdeploy_{name}_t')
    return found + '*' * out
