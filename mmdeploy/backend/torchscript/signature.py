"""Says what a TorchScript file takes and gives, which the format does not."""
import json
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.utils import get_dynamic_axes, get_input_shape, get_ir_config

# The file inside the archive that the C++ engine reads.
SIGNATURE_FILE = 'mmdeploy.json'

_BATCH, _HEIGHT, _WIDTH = 0, 2, 3
_IMAGE_RANK = 4


def _names(names: Sequence[str] | None, count: int) -> list[str]:
    """Return the names of the config, or positions when they don't fit."""
    if names and len(names) == count:
        return list(names)
    return [f'#{i}' for i in range(count)]


def _default_axes(rank: int, is_input: bool, fixed_size: bool) -> list[int]:
    """Return the axes that a traced graph leaves open.

    The channels of images are known. Of outputs, anything may depend on the
    inputs.
    """
    if not is_input or rank != _IMAGE_RANK:
        return list(range(rank))
    return [_BATCH] if fixed_size else [_BATCH, _HEIGHT, _WIDTH]


def _describe(tensors: Sequence[torch.Tensor], names: Sequence[str],
              deploy_cfg: Any, is_input: bool) -> list[dict]:
    """Return name, element type and shape (-1: open) of each tensor."""
    ir_config = get_ir_config(deploy_cfg)
    known = get_dynamic_axes(deploy_cfg, names) if ir_config else None
    fixed_size = get_input_shape(deploy_cfg) is not None
    infos = []
    for name, tensor in zip(names, tensors, strict=True):
        if known is None:
            axes = _default_axes(tensor.dim(), is_input, fixed_size)
        else:
            axes = known.get(name, ())
        infos.append(
            dict(
                name=name,
                dtype=str(tensor.dtype).removeprefix('torch.'),
                shape=[-1 if i in axes else size for i, size in enumerate(tensor.shape)]))
    return infos


def make_signature(inputs: Sequence[torch.Tensor], outputs: Any,
                   deploy_cfg: Any) -> str:
    """Return the content of the signature file.

    Args:
        inputs: what the model was traced with.
        outputs: what it gave: a tensor, or a sequence of tensors.
        deploy_cfg: names and dynamic axes of its `ir_config` are used.

    Raises:
        TypeError: an output is no tensor.
    """
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    for value in [*inputs, *outputs]:
        if not isinstance(value, torch.Tensor):
            raise TypeError('a TorchScript model takes and gives tensors, '
                            f'found {type(value).__name__}')
    ir_config = get_ir_config(deploy_cfg)
    return json.dumps(
        dict(
            inputs=_describe(
                inputs, _names(ir_config.get('input_names'), len(inputs)),
                deploy_cfg, True),
            outputs=_describe(
                outputs, _names(ir_config.get('output_names'), len(outputs)),
                deploy_cfg, False)))
