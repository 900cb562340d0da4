"""What a model takes for images, for parts of them as well, and whether the deploy config fits that."""
import os.path as osp
import tempfile
from collections.abc import Iterator, Mapping, Sequence

import cv2
import mmcv
import numpy as np
import torch

from mmdeploy.codebase import BaseTask
from mmdeploy.utils import (
    get_dynamic_axes,
    get_input_shape,
    get_model_inputs,
    get_partition_config,
    get_root_logger,
    is_dynamic_shape,
)

# Shares of height and width of an image; pipelines make other heights and widths of some of them.
_CROPS = ((1 / 2, 3 / 4), (3 / 4, 1 / 2), (1 / 4, 1 / 2), (1 / 2, 1 / 4), (1, 1 / 2), (1 / 2, 1))
_LEAST_SIDE = 16  # pixels of a part; networks shrink images


def open_axes(task: BaseTask, name: str) -> set[int]:
    """Return the axes of an input that the deploy config opens."""
    axes = set((get_dynamic_axes(task.deploy_cfg) or {}).get(name, None) or ())
    return axes | {2, 3} if is_dynamic_shape(task.deploy_cfg, name) else axes


def _richest_part(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return the part of an image [H, W, C] of some size that varies most; of equal ones the middle."""
    height, width = image.shape[:2]
    parts = [image[top:top + rows, left:left + columns]
             for top in ((height - rows) // 2, 0, height - rows)
             for left in ((width - columns) // 2, 0, width - columns)]
    return max(parts, key=lambda part: float(cv2.meanStdDev(part)[1].sum()))


def crop(image: np.ndarray) -> Iterator[np.ndarray]:
    """Yield parts of an image [H, W, C] whose shape differs from it.

    Each is where the image varies most: a model says little of a part without content.
    """
    height, width = image.shape[:2]
    for rows, columns in _CROPS:
        size = int(height * rows), int(width * columns)
        if min(size) >= _LEAST_SIDE:
            yield _richest_part(image, *size)


def prepare(task: BaseTask, images: Sequence[np.ndarray], folder: str) -> tuple[dict, dict[str, torch.Tensor]]:
    """Return what the model takes for images, and the tensors of its inputs by name; files are written to a folder."""
    paths = [osp.join(folder, f'{i}.bmp') for i in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        mmcv.imwrite(image, path)
    data, inputs = task.create_input(paths if len(paths) > 1 else paths[0], get_input_shape(task.deploy_cfg))
    return data, task.name_inputs(inputs)


def shapes_of(named: Mapping[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor."""
    return {name: tuple(value.shape) for name, value in named.items()}


def describe(named: Mapping[str, torch.Tensor]) -> str:
    """Return the shapes of tensors as text: `1x3x32x100`."""
    return ', '.join(_text(shape) for shape in shapes_of(named).values())


def _text(shape: Sequence[int]) -> str:
    return 'x'.join(map(str, shape))


def _asked_shapes(task: BaseTask, names: Sequence[str]) -> Iterator[tuple[str, str, list[int]]]:
    """Yield place, input and shape of what `backend_config.model_inputs` asks of the whole model."""
    if get_partition_config(task.deploy_cfg) is not None:
        return  # the shapes may be those of parts
    settings = get_model_inputs(task.deploy_cfg)
    first = settings[0] if isinstance(settings, list | tuple) and settings else {}
    for key in ('min_shapes', 'opt_shapes', 'max_shapes'):
        shapes = first.get(key, None) or {}
        if not isinstance(shapes, Mapping):
            shapes = dict(zip(names, shapes, strict=False))
        for name, shape in shapes.items():
            # The only input may have any name there.
            name = names[0] if len(names) == 1 else name
            if name in names:
                yield f'backend_config.model_inputs[0].{key}', name, list(shape)


def check_inputs(task: BaseTask, image: str) -> None:
    """Compare what the pipeline of a model gives with what the deploy config says of the network's inputs.

    Warns where the network will take one size only and the pipeline gives others for other images.

    Args:
        task: task processor of the model.
        image: path.

    Raises:
        ValueError: `backend_config.model_inputs` asks for another number of axes or channels.
    """
    _, inputs = task.create_input(image, get_input_shape(task.deploy_cfg))
    named = task.name_inputs(inputs)
    for where, name, shape in _asked_shapes(task, list(named)):
        found = tuple(named[name].shape)
        if len(shape) != len(found) or (len(shape) > 1 and shape[1] > 0 and shape[1] != found[1]):
            axes = len(shape) == len(found)
            asked, given = (f'{shape[1]} channels', f'{found[1]}') if axes else (f'{len(shape)} axes', f'{len(found)}')
            raise ValueError(
                f'deploy config: {where} asks for {asked} of input {name!r} ({_text(shape)}), the test pipeline of the '
                f'model config gives {given} ({_text(found)}): name the shape that the model takes, or use the deploy '
                'config for it')
    _warn_of_one_size(task, image, named)


def _warn_of_one_size(task: BaseTask, image: str, named: dict[str, torch.Tensor]) -> None:
    """Warn where the sizes of inputs are fixed, and the pipeline makes others of a part of the image."""
    fixed = {name for name in named if not {2, 3} <= open_axes(task, name)}
    pixels = mmcv.imread(image)
    if not fixed:
        return
    for part in crop(pixels):
        with tempfile.TemporaryDirectory() as folder:
            try:
                _, other = prepare(task, [part], folder)
            except Exception:  # noqa: BLE001  # whatever a pipeline does not take
                get_root_logger().debug('', exc_info=True)
                continue
        closed = [(name, axis) for name in fixed for axis in {2, 3} - open_axes(task, name)
                  if named[name].dim() == other[name].dim() > axis]
        if any(named[name].shape[axis] != other[name].shape[axis] for name, axis in closed):
            sizes = [' x '.join(map(str, picture.shape[:2])) for picture in (pixels, part)]
            get_root_logger().warning(
                f'the converted model will take inputs {describe(named)} only, and the test pipeline of the model '
                f'config gives others for images of other ratios: of {sizes[0]} pixels (height x width) it makes '
                f'{describe(named)}, of {sizes[1]} {describe(other)}. Use a deploy config of dynamic shapes, or '
                'onnx_config.input_shape=[width, height], which all images are resized to')
            return
