"""Keys of a deploy config that nobody would read, because they are spelt wrongly."""
import difflib
from collections.abc import Mapping
from typing import Any

# What is read of each section; other keys may be there, as long as they do not look like one of these.
_KEYS = {
    '': ('onnx_config', 'ir_config', 'backend_config', 'codebase_config', 'partition_config', 'calib_config'),
    'codebase_config': ('type', 'task', 'model_type', 'post_processing', 'has_mask', 'from_mmrazor', 'with_argmax',
                        'tile', 'overlap', 'tile_stride'),
    'codebase_config.post_processing': (
        'score_threshold', 'confidence_threshold', 'iou_threshold', 'max_output_boxes_per_class', 'pre_top_k',
        'keep_top_k', 'background_label_id', 'export_postprocess_mask'),
    'onnx_config': ('type', 'export_params', 'keep_initializers_as_inputs', 'opset_version', 'save_file', 'input_names',
                    'output_names', 'input_shape', 'optimize', 'dynamic_axes', 'verbose'),
}
_SIMILAR = 0.8


def check_deploy_keys(deploy_cfg: Mapping[str, Any]) -> None:
    """Refuse a key that nearly is one that is read and missing, and limits of boxes that are no numbers.

    Raises:
        ValueError: names the key and what was meant.
    """
    for section, known in _KEYS.items():
        found: Any = deploy_cfg
        for part in section.split('.') if section else ():
            found = (found or {}).get(part, None) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            continue
        missing = [key for key in known if key not in found]
        for key in found:
            near = [] if key in known else difflib.get_close_matches(str(key), missing, 1, _SIMILAR)
            if near:
                raise ValueError(f"deploy config: {section + '.' if section else ''}{key} is read by nobody; did you "
                                 f'mean {near[0]}?')
    limits = (deploy_cfg.get('codebase_config', None) or {}).get('post_processing', None) or {}
    for key, value in limits.items():
        if key in _KEYS['codebase_config.post_processing'] and not isinstance(value, bool | int | float):
            raise ValueError(f'deploy config: codebase_config.post_processing.{key} is {value!r}, allowed: a number')
