"""Tests of what a deploy config says of inputs, against what a pipeline gives."""
import logging

import mmcv
import numpy as np
import pytest
import torch

from mmdeploy.apis.inputs import check_inputs
from mmdeploy.codebase import BaseTask

CLOSED, WIDTH_OPEN, OPEN = {}, {0: 'batch', 3: 'width'}, {0: 'batch', 2: 'height', 3: 'width'}


class _Task:
    """Makes grey images as a recogniser's pipeline does: 32 pixels high, as wide as the ratio asks, or 100."""

    name_inputs = BaseTask.name_inputs

    def __init__(self, axes: dict, keeps_ratio: bool = True, model_inputs: list | None = None, **deploy_cfg):
        backend = dict(type='openvino', **({} if model_inputs is None else dict(model_inputs=model_inputs)))
        self.deploy_cfg = mmcv.Config(dict(
            backend_config=backend, onnx_config=dict(
                input_names=['input'], output_names=['output'], dynamic_axes=dict(input=axes) if axes else None),
            **deploy_cfg))
        self._keeps_ratio = keeps_ratio

    def create_input(self, images, input_shape=None):
        image = mmcv.imread(images, flag='grayscale')
        if image.shape[0] < self.least_height:
            raise ValueError('too low')
        width = 32 * image.shape[1] // image.shape[0] if self._keeps_ratio else 100
        return {}, torch.zeros(1, 1, 32, width)

    least_height = 0


@pytest.fixture
def image(tmp_path):
    mmcv.imwrite(np.zeros((40, 120, 3), np.uint8), str(tmp_path / 'a.png'))
    return str(tmp_path / 'a.png')


@pytest.fixture
def warnings():
    records: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: records.append(record.getMessage())
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(handler)
    yield records
    logger.removeHandler(handler)


@pytest.mark.parametrize('key', ['min_shapes', 'opt_shapes', 'max_shapes'])
@pytest.mark.parametrize('shapes', [dict(input=[1, 3, 32, 100]), dict(data=[1, 3, 32, 100]), [[1, 3, 32, 100]]])
def test_other_channels_are_refused(key, shapes, image):
    with pytest.raises(ValueError) as raised:
        check_inputs(_Task(OPEN, model_inputs=[{key: shapes}]), image)
    assert str(raised.value).startswith(
        f"deploy config: backend_config.model_inputs[0].{key} asks for 3 channels of input 'input' (1x3x32x100), the "
        'test pipeline of the model config gives 1 (1x1x32x96): ')


def test_another_number_of_axes_is_refused(image):
    with pytest.raises(ValueError, match=r"for 3 axes of input 'input' \(1x32x100\), the .* gives 4 \(1x1x32x96\)"):
        check_inputs(_Task(OPEN, model_inputs=[dict(opt_shapes=dict(input=[1, 32, 100]))]), image)


@pytest.mark.parametrize('model_inputs', [
    None, [], [{}], [dict(opt_shapes=dict(input=[1, 1, 64, 7]))], [dict(opt_shapes=dict(input=[-1, -1, 32, -1]))],
    dict(opt_shape=[1, 3, 224, 224]),  # another engine's words
])
def test_other_sizes_are_fine(model_inputs, image, warnings):
    check_inputs(_Task(OPEN, model_inputs=model_inputs), image)
    assert not warnings


def test_shapes_of_parts_are_not_those_of_the_model(image):
    part = dict(partition_config=dict(type='end2end', apply_marks=True, partition_cfg=[]))
    check_inputs(_Task(OPEN, model_inputs=[dict(opt_shapes=dict(input=[1, 3, 32, 100]))], **part), image)


def test_one_size_of_a_pipeline_that_keeps_ratios_is_warned_of(image, warnings):
    check_inputs(_Task(CLOSED), image)
    assert len(warnings) == 1 and warnings[0].startswith(
        'the converted model will take inputs 1x1x32x96 only, and the test pipeline of the model config gives others '
        'for images of other ratios: of 40 x 120 pixels (height x width) it makes 1x1x32x96, of 20 x 90 1x1x32x144. ')


@pytest.mark.parametrize('task', [_Task(OPEN), _Task(WIDTH_OPEN), _Task(CLOSED, keeps_ratio=False)])
def test_what_takes_all_images_is_not_warned_of(task, image, warnings):
    check_inputs(task, image)
    assert not warnings


def test_parts_that_a_pipeline_does_not_take_are_left_out(image, warnings):
    task = _Task(CLOSED)
    task.least_height = 40
    check_inputs(task, image)  # one part is as high as the image: 40 x 60
    assert len(warnings) == 1 and 'of 40 x 60 1x1x32x48' in warnings[0]
