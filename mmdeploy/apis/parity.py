"""Compares a converted model with PyTorch, in the size of the export and, where shapes are open, in another one."""
import tempfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import mmcv
import numpy as np
import torch

from mmdeploy.codebase import BaseTask
from mmdeploy.core import RewriterContext
from mmdeploy.utils import (
    IR,
    get_backend,
    get_input_shape,
    get_ir_config,
    get_root_logger,
)

from .inputs import crop, describe, open_axes, prepare, shapes_of

Rows = list[tuple[str, str]]
# A graph that has a size as a constant is far beyond this, and what engines round is far below; some networks make much
# of rounding, so it is seen in relation to the size of the export.
_LIMIT, _TIMES = 0.1, 10


def _run_pytorch(task: BaseTask, checkpoint: str | None, inputs: Sequence[torch.Tensor],
                 metas: dict) -> list[np.ndarray]:
    """Return the outputs of the rewritten model in PyTorch."""
    model = task.copy_pytorch_model(checkpoint)
    deploy_cfg = task.deploy_cfg
    with RewriterContext(
            deploy_cfg, backend=get_backend(deploy_cfg).value,
            ir=IR.get(get_ir_config(deploy_cfg)['type'])), torch.no_grad():
        outputs = model(*inputs, **metas)
    outputs = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    return [output.cpu().numpy() for output in outputs]


class _Outcome(NamedTuple):
    """How far two lists of outputs agree.

    Attributes:
        rows: what to show.
        disagreement: see `BaseTask.measure_disagreement`.
        is_empty: neither side finds anything.
    """
    rows: Rows
    disagreement: float
    is_empty: bool


class _Comparison:
    """A model in PyTorch and in an engine.

    Args:
        task: task processor of the model.
        checkpoint: of PyTorch.
        backend_files: files of the converted model.
    """

    def __init__(self, task: BaseTask, checkpoint: str | None, backend_files: Sequence[str]):
        self.task = task
        self._checkpoint = checkpoint
        self._model = task.init_backend_model(backend_files)

    def run_pytorch(self, data: dict, named: dict[str, torch.Tensor]) -> list[np.ndarray]:
        """Return the outputs of PyTorch for what `create_input` gives."""
        metas = {key: value for key, value in data.items() if key == 'img_metas'}
        return _run_pytorch(self.task, self._checkpoint, list(named.values()), metas)

    def run_engine(self, named: dict[str, torch.Tensor]) -> list[np.ndarray]:
        """Return the outputs of the engine."""
        wrapper = self._model.wrapper
        return [output.cpu().numpy() for output in wrapper.output_to_list(wrapper(named))]

    def compare(self, expected: list[np.ndarray], found: list[np.ndarray]) -> _Outcome:
        """Compare two lists of outputs.

        Raises:
            ValueError: they cannot be the same outputs.
        """
        if len(found) != len(expected):
            raise ValueError(f'the engine gives {len(found)} outputs, PyTorch {len(expected)}; '
                             'onnx_config.output_names must name all of them')
        theirs, ours = (dict(zip(self._model.output_names, outputs, strict=False)) for outputs in (expected, found))
        return _Outcome(self.task.compare_outputs(theirs, ours), self.task.measure_disagreement(theirs, ours),
                        self.task.finds_nothing(theirs) and self.task.finds_nothing(ours))


def create_other_inputs(task: BaseTask, image: str, first: dict[str, torch.Tensor]) -> (
        Iterator[tuple[dict, dict[str, torch.Tensor]]]):
    """Yield what a model takes in other sizes than an image has: first what differs in all that is open, and is small.

    Args:
        task: task processor of the model.
        image: path.
        first: the tensors of the inputs for the image.

    Yields:
        Keyword arguments of the model and tensors by name, of two images where the batch is open; nothing where nothing
        is open, or the pipeline gives one size.
    """
    axes = {name: open_axes(task, name) for name in first}
    everywhere = set.union(*axes.values()) if axes else set()
    pixels = mmcv.imread(image) if everywhere else None
    if pixels is None:
        return
    known = shapes_of(first)

    def differs_where_open(named: dict[str, torch.Tensor]) -> bool:
        return all(len(shape) == len(known[name]) and
                   all(a == b or axis in axes[name] for axis, (a, b) in enumerate(zip(shape, known[name], strict=True)))
                   for name, shape in shapes_of(named).items())

    def rank(part: np.ndarray) -> tuple[bool, int, int]:
        named = prepare(task, [part], folder)[1]
        same = sum(a == b for name, shape in shapes_of(named).items() for a, b in zip(shape, known[name], strict=True))
        return not differs_where_open(named), same, sum(value.numel() for value in named.values())

    is_batch = all(0 in own for own in axes.values())
    parts = [*(crop(pixels) if everywhere & {2, 3} else ()), pixels]
    with tempfile.TemporaryDirectory() as folder:
        for part in sorted(parts, key=rank):
            data, named = prepare(task, [part, part[:, ::-1].copy()] if is_batch else [part], folder)
            if shapes_of(named) != known and differs_where_open(named):
                yield data, named


def _check_other_size(comparison: _Comparison, image: str, first: dict[str, torch.Tensor], of_first: _Outcome) -> Rows:
    """Compare in another size than that of the export, the first that PyTorch takes and in which something is found.

    Args:
        comparison: of the model.
        image: path of the image of the first comparison.
        first: the tensors of the inputs for it.
        of_first: how far they agree there; if nothing is found there, one other size is enough.

    Raises:
        ValueError: the engine fails, or gives something else.
    """
    refused: Rows = []
    empty: Rows = []
    for data, named in create_other_inputs(comparison.task, image, first):
        size = describe(named)
        try:
            expected = comparison.run_pytorch(data, named)
        except Exception as error:  # noqa: BLE001  # whatever a model does not take
            get_root_logger().debug('', exc_info=True)
            reason = f'PyTorch does not take it ({type(error).__name__}: {str(error)[:200]})'
            refused = refused or [(f'not compared: {size}', reason)]
            continue
        outcome = _compare_in_other_size(comparison, first, named, expected, of_first.disagreement)
        if not outcome.is_empty:
            return refused + [('in another size', size), *((f'  {name}', value) for name, value in outcome.rows)]
        empty = empty or [(f'not compared: {size}', 'nothing is found in it on either side')]
        if of_first.is_empty:
            break
    return refused + empty


def _compare_in_other_size(comparison: _Comparison, first: dict[str, torch.Tensor], named: dict[str, torch.Tensor],
                           expected: list[np.ndarray], agreed: float) -> _Outcome:
    """Compare the engine with what PyTorch gives in a size, which disagreed by `agreed` in the first one.

    Raises:
        ValueError: see `_check_other_size`.
    """
    try:
        outcome = comparison.compare(expected, comparison.run_engine(named))
        if outcome.disagreement > max(_LIMIT, _TIMES * agreed):
            raise ValueError('; '.join(f'{name}: {value}' for name, value in outcome.rows))
    except Exception as error:
        reason = ' '.join(str(error).split()).rstrip('.')
        raise ValueError(
            f'the converted model is right for {describe(first)} and wrong for {describe(named)}, which the deploy '
            f'config opens: {type(error).__name__}: {reason}. A size has become a constant while the model was traced: '
            'rewrite what reads it, or fix the shape (no onnx_config.dynamic_axes; onnx_config.input_shape)') from error
    return outcome


def compare_with_pytorch(task: BaseTask, checkpoint: str | None, backend_files: Sequence[str], image: str) -> Rows:
    """Compare the outputs of PyTorch and of the engine for an image.

    Where the deploy config opens shapes, they are compared in another size, too, in a batch of two if that is open.

    Args:
        task: task processor of the model.
        checkpoint: of PyTorch.
        backend_files: files of the converted model.
        image: path.

    Returns:
        Names and values to show.

    Raises:
        ValueError: they cannot be the same outputs, or are not in the other size.
    """
    data, inputs = task.create_input(image, get_input_shape(task.deploy_cfg))
    named = task.name_inputs(inputs)
    comparison = _Comparison(task, checkpoint, backend_files)
    outcome = comparison.compare(comparison.run_pytorch(data, named), comparison.run_engine(named))
    return outcome.rows + _check_other_size(comparison, image, named, outcome)
