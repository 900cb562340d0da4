"""Reads what deploy configs say about OpenVINO."""
from collections.abc import Mapping, Sequence

import mmcv

from mmdeploy.utils import get_backend_config, get_ir_config, get_model_inputs, load_config

from .utils import ModelOptimizerOptions


def update_input_names(input_info: Mapping[str, Sequence[int]],
                       input_names: Sequence[str]) -> dict[str, list[int]]:
    """Return the shapes under the names of the graph.

    Shapes whose name is no input get, in order, the names of the inputs that
    have no shape.
    """
    free = [name for name in input_names if name not in input_info]
    renamed = {}
    for name, shape in input_info.items():
        if name not in input_names and free:
            name = free.pop(0)
        renamed[name] = list(shape)
    return renamed


def get_input_info_from_cfg(
        deploy_cfg: str | mmcv.Config) -> dict[str, list[int]]:
    """Return the shape of each input, from `model_inputs[0].opt_shapes`.

    Raises:
        KeyError: a part of the config is missing.
    """
    deploy_cfg = load_config(deploy_cfg)[0]
    model_inputs = get_model_inputs(deploy_cfg)
    if not model_inputs:
        raise KeyError('deploy config: backend_config.model_inputs is missing,'
                       ' e.g. [dict(opt_shapes=dict(input=[1, 3, 224, 224]))]')
    shapes = model_inputs[0]['opt_shapes']
    input_names = get_ir_config(deploy_cfg).get('input_names', None)
    if not isinstance(shapes, Mapping):
        if not input_names:
            raise KeyError('deploy config: opt_shapes is a list without names:'
                           ' give onnx_config.input_names, or a dict')
        shapes = dict(zip(input_names, shapes, strict=False))
    return update_input_names(shapes, input_names or list(shapes))


def get_mo_options_from_cfg(
        deploy_cfg: str | mmcv.Config) -> ModelOptimizerOptions:
    """Return the further options, of `backend_config.mo_options`."""
    return ModelOptimizerOptions(
        get_backend_config(deploy_cfg).get('mo_options', None))
