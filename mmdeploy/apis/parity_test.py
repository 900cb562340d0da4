"""Tests of the comparison with PyTorch: small models, some with a size of the export as a constant, in ONNX Runtime."""
import io
import types
import warnings
from collections.abc import Callable, Sequence

import mmcv
import numpy as np
import onnxruntime
import pytest
import torch

from mmdeploy.apis.inputs import crop
from mmdeploy.apis.parity import compare_with_pytorch
from mmdeploy.codebase import BaseTask
from mmdeploy.core import RewriterContext

OPEN = {0: 'batch', 2: 'height', 3: 'width'}


class _Model(torch.nn.Module):
    """A function as a model; its engine is ONNX Runtime."""

    def __init__(self, function: Callable):
        super().__init__()
        self.function = function

    def forward(self, x, img_metas=None):
        return self.function(x)


class _Task:
    """Takes images as they are, or in one size."""

    compare_outputs = BaseTask.compare_outputs
    measure_disagreement = BaseTask.measure_disagreement
    finds_nothing = BaseTask.finds_nothing
    name_inputs = BaseTask.name_inputs

    def __init__(self, function: Callable, axes: dict | None = None, size: tuple[int, int] | None = None):
        self.deploy_cfg = mmcv.Config(dict(
            codebase_config=dict(type='mmcls', task='Classification'), backend_config=dict(type='onnxruntime'),
            onnx_config=dict(type='onnx', input_names=['input'], output_names=['output'],
                             dynamic_axes=None if axes is None else dict(input=axes))))
        self._model, self._size = _Model(function), size
        self.sizes = []

    def create_input(self, images: str | Sequence[str], input_shape=None) -> tuple[dict, torch.Tensor]:
        images = [mmcv.imread(image) for image in ([images] if isinstance(images, str) else images)]
        if self._size:
            images = [mmcv.imresize(image, self._size) for image in images]
        x = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
        return dict(img=x), x

    def copy_pytorch_model(self, checkpoint: str | None) -> torch.nn.Module:
        return self._model

    def init_backend_model(self, files: Sequence[str]):
        def run(named: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            self.sizes.append(tuple(named['input'].shape))
            return dict(output=torch.from_numpy(session.run(None, {'input': named['input'].numpy()})[0]))

        file, image = io.BytesIO(), torch.rand(1, 3, *(self._size or (96, 80)))
        with RewriterContext(self.deploy_cfg, 'onnxruntime'), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            torch.onnx.export(self._model, image, file, opset_version=11, input_names=['input'],
                              output_names=['output'], dynamic_axes=self.deploy_cfg.onnx_config.dynamic_axes)
        session = onnxruntime.InferenceSession(file.getvalue(), providers=['CPUExecutionProvider'])
        run.output_to_list = lambda outputs: [outputs['output']]
        return types.SimpleNamespace(wrapper=run, output_names=['output'])


@pytest.fixture
def image(tmp_path):
    path = tmp_path / 'image.png'
    mmcv.imwrite(np.random.RandomState(0).randint(0, 255, (96, 80, 3), np.uint8), str(path))
    return str(path)


def _compare(task: _Task, image: str) -> list[tuple[str, str]]:
    return compare_with_pytorch(task, None, [], image)


def test_another_size_and_a_batch_are_compared(image):
    task = _Task(lambda x: x.mean((2, 3)), OPEN)
    rows = _compare(task, image)
    assert [name for name, _ in rows] == [
        'max difference from PyTorch: output', 'in another size', '  max difference from PyTorch: output']
    assert rows[1][1] == '2x3x24x40'
    # One run more, of a small part of the image, whose sides are long enough.
    assert task.sizes == [(1, 3, 96, 80), (2, 3, 24, 40)]


def test_without_an_open_batch_it_is_one_image(image):
    task = _Task(lambda x: x * 2, {2: 'height', 3: 'width'})
    assert _compare(task, image)[1] == ('in another size', '1x3x24x40')


def test_of_one_open_side_the_other_is_kept(image):
    task = _Task(lambda x: x * 2, {2: 'height'})
    assert _compare(task, image)[1] == ('in another size', '1x3x48x80')


@pytest.mark.parametrize('axes, size', [(None, None), ({2: 'height', 3: 'width'}, (64, 48)), ({1: 'channels'}, None)])
def test_nothing_to_compare(image, axes, size):
    """Shapes are fixed, the pipeline gives one size, or no image has another number of channels."""
    task = _Task(lambda x: x * 2, axes, size)
    assert len(_compare(task, image)) == 1 and len(task.sizes) == 1


def test_a_pipeline_of_one_size_leaves_the_batch(image):
    task = _Task(lambda x: x * 2, OPEN, (64, 48))
    assert _compare(task, image)[1] == ('in another size', '2x3x48x64')


@pytest.mark.parametrize('function', [
    lambda x: x.reshape(-1, 3 * int(x.shape[3])),  # other shapes
    lambda x: x.reshape(x.shape[0], 3, int(x.shape[2]), int(x.shape[3])),  # the engine fails
    lambda x: x * int(x.shape[3]),  # other numbers
    lambda x: (x > 20 / int(x.shape[3])).long(),  # other labels
    lambda x: torch.cat([x[i:i + 1] * 2 for i in range(int(x.shape[0]))]),
])  # yapf: disable
def test_sizes_that_became_constants_are_an_error(image, function):
    with pytest.raises(ValueError, match='is right for 1x3x96x80 and wrong for 2x3x24x40, which the deploy '
                       'config opens: .*A size has become a constant while the model was traced: rewrite'):
        _compare(_Task(function, OPEN), image)


def test_what_pytorch_does_not_take_is_said(image):
    def function(x):
        if x.shape[3] != 80:
            raise NotImplementedError('it takes 80 columns')
        return x * 2

    rows = _compare(_Task(function, OPEN), image)
    assert rows[1] == ('not compared: 2x3x24x40',
                       'PyTorch does not take it (NotImplementedError: it takes 80 columns)')
    # The first size that it takes.
    assert rows[2] == ('in another size', '2x3x48x80') and len(rows) == 4


def test_a_model_of_one_size(image):
    def function(x):
        if x.shape[0] != 1 or x.shape[2] != 96:
            raise NotImplementedError('one image of 96 rows')
        return x * 2

    rows = _compare(_Task(function, {0: 'batch', 2: 'height'}), image)
    assert rows[1][0] == 'not compared: 2x3x48x80' and len(rows) == 2


def test_disagreement():
    def of(expected, found):
        return BaseTask.measure_disagreement(None, dict(a=np.array(expected)), dict(a=np.array(found)))

    assert of([1., 2.], [1., 2.]) == 0 and of([1., -2.], [1., -1.]) == 0.5
    assert of([1, 2, 3, 4], [1, 2, 3, 100]) == 0.25 and of([True, False], [True, True]) == 0.5
    assert of(np.zeros((0, 5)), np.zeros((0, 5))) == 0 and of([0.], [1.]) > 1


def _disagreement(expected, found) -> float:
    return BaseTask.measure_disagreement(None, dict(a=np.array(expected)), dict(a=np.array(found)))


def test_channels_are_measured_alone():
    """Large values of one do not hide another; one that is nearly zero is not judged by its rounding."""
    maps = np.stack([np.full((2, 2), 20.), np.full((2, 2), 1e5)])[None]
    assert _disagreement(maps, maps * [[[[2]], [[1]]]]) == 1
    assert _disagreement(maps[0], maps[0] * [[[2]], [[1]]]) < 1e-3  # no channels
    tiny = maps * [[[[1e-9]], [[1]]]]
    assert _disagreement(tiny, tiny + 1e-3) < 1e-3


@pytest.mark.parametrize('function', [
    lambda x: torch.cat([x.mean((2, 3), keepdim=True) * int(x.shape[3]), x.mean((2, 3), keepdim=True) * 0 + 1e5], 1),
    # Two columns whose place is a constant.
    lambda x: torch.zeros_like(x[:, :1]).long() + (torch.arange(x.shape[3]) // 2 == int(x.shape[3]) // 4).long(),
])  # yapf: disable
def test_what_little_of_the_output_shows_is_an_error(image, function):
    with pytest.raises(ValueError, match='is right for 1x3x96x80 and wrong for'):
        _compare(_Task(function, {2: 'height', 3: 'width'}), image)


def test_a_black_corner_hides_nothing(tmp_path):
    pixels = np.random.RandomState(0).randint(0, 255, (96, 80, 3), np.uint8)
    pixels[:50, :62] = 0
    path = str(tmp_path / 'image.png')
    mmcv.imwrite(pixels, path)
    with pytest.raises(ValueError, match='is right for 1x3x96x80 and wrong for 2x3x24x40'):
        _compare(_Task(lambda x: x * int(x.shape[3]), OPEN), path)


@pytest.mark.parametrize('middle', [(slice(40, 56), slice(30, 50)), (slice(92, 96), slice(0, 4))])
def test_parts_are_where_the_image_varies(tmp_path, middle):
    pixels = np.zeros((96, 80, 3), np.uint8)
    pixels[middle] = np.random.RandomState(0).randint(0, 255, pixels[middle].shape, np.uint8)
    for part in crop(pixels):
        assert part.std() > 0


def _of_bright(x: torch.Tensor) -> torch.Tensor:
    """Finds nothing in a part of less than 48 rows."""
    return (x > 0.5).float() if x.shape[2] > 47 else x * 0


def test_a_size_in_which_something_is_found_is_preferred(image):
    task = _Task(torch.jit.script_if_tracing(_of_bright), OPEN)
    rows = _compare(task, image)
    assert rows[1] == ('in another size', '2x3x48x20') and len(rows) == 3
    assert [size[2] for size in task.sizes] == [96, 24, 48]


def test_nothing_found_anywhere_is_said(image):
    task = _Task(lambda x: x * 0, OPEN)
    assert _compare(task, image)[1:] == [('not compared: 2x3x24x40', 'nothing is found in it on either side')]
    # The image has nothing either, so its other parts are not tried.
    assert len(task.sizes) == 2
    only_whole = _Task(torch.jit.script_if_tracing(_of_whole), {2: 'height', 3: 'width'})
    assert _compare(only_whole, image)[1:] == [('not compared: 1x3x24x40', 'nothing is found in it on either side')]
    assert len(only_whole.sizes) == 7


def _of_whole(x: torch.Tensor) -> torch.Tensor:
    return x if x.shape[2] == 96 and x.shape[3] == 80 else x * 0


def test_labels_of_few_pixels():
    labels = np.zeros((1, 40, 60), int)
    labels[:, 5:20, 10:40] = 1
    labels[:, :, 50:52] = 2
    border, moved, spot = labels.copy(), labels.copy(), labels.copy()
    border[:, 5:20, 40:42] = 1  # where two scores tie
    assert 0 < _disagreement(labels, border) < 0.1
    moved[:, :, 50:54] = [0, 0, 2, 2]
    assert _disagreement(labels, moved) < 0.1
    moved[:, :, 50:60] = [0, 0, 0, 0, 0, 0, 0, 0, 2, 2]
    assert _disagreement(labels, moved) == 1 and np.mean(labels != moved) < 0.1
    spot[0, 30, 2:5] = 3  # comes and goes with rounding
    assert _disagreement(labels, spot) < 0.1
    lost = np.where(labels == 2, 0, labels)
    assert _disagreement(labels, lost) == 1 and _disagreement(lost, labels) == 1
    # A list of labels has no places.
    assert _disagreement(labels[0, 0], moved[0, 0]) == 4 / 60


def test_numbers_that_are_not_finite():
    nan, inf = np.nan, np.inf
    for values in ([nan, 1.], [inf, 1.], [-inf, nan]):
        assert _disagreement(values, values) == 0
        rows = BaseTask.compare_outputs(None, dict(a=np.array(values)), dict(a=np.array(values)))
        assert rows == [('max difference from PyTorch: a', '0 (relative 0)')]
    for expected, found in (([nan, 1.], [0., 1.]), ([0., 1.], [nan, 1.]), ([nan, 1.], [1., nan]), ([inf], [-inf]),
                            ([nan], [inf])):
        assert _disagreement(expected, found) == 1
        with pytest.raises(ValueError, match="output 'a' of the engine is not finite where that of PyTorch is, or"):
            BaseTask.compare_outputs(None, dict(a=np.array(expected)), dict(a=np.array(found)))
    assert _disagreement([nan, 1., 2.], [nan, 1., 3.]) == 0.5


def test_not_finite_in_one_size_only(image):
    def function(x):
        return x / (int(x.shape[3]) - 40)  # in PyTorch 1 / 0 for the other size

    with pytest.raises(ValueError, match='not finite'):
        _compare(_Task(function, OPEN), image)
