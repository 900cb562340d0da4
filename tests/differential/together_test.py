"""Draws that are put into one model: which of them are drawn alone, and what is said of each."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.differential import together
from tests.differential.check import Result, expected
from tests.differential.draw import Case


def _case(size: int, opset: int = 13, is_open: bool = False) -> Case:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 'n' if is_open else size]) for name in 'xy']
    graph = helper.make_graph([helper.make_node('Neg', ['x'], ['y'])], 'g', values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)])
    model.ir_version = 8
    return Case(model, {'x': np.arange(size, dtype=np.float32).reshape(1, -1)})


class Engine:
    """ONNX Runtime with faults. What it was given stands in `models`, as sets of sizes."""

    def __init__(self, spoils: int = 0, refuses: int = 0, names: bool = True) -> None:
        self.spoils, self.refuses, self.names = spoils, refuses, names
        self.models: list[list[int]] = []

    def run(self, engine: str, model: onnx.ModelProto, feeds: dict, folder: str) -> dict[str, np.ndarray]:
        sizes = {name: value.size for name, value in feeds.items()}
        self.models.append(sorted(sizes.values()))
        refused = [name for name, size in sizes.items() if size == self.refuses]
        if refused:
            raise RuntimeError(f'failed to convert: {refused[0] if self.names else "something"} is wrong')
        found = expected(model, feeds)
        return {name: value + (value.size == self.spoils) for name, value in found.items()}


@pytest.fixture
def check(monkeypatch):
    def check(engine: Engine, cases: list[Case], alone: Result) -> list[Result]:
        monkeypatch.setattr(together, 'check', lambda engine, case, folder: (alone, 'alone'))
        outcomes = together.Together('some', 'folder', engine.run).check(cases)
        return [outcome[0] for outcome in outcomes]

    return check


def test_all_in_one_model(check):
    engine = Engine()
    assert check(engine, [_case(size) for size in (1, 2, 3)], Result.WRONG) == [Result.RIGHT] * 3
    assert engine.models == [[1, 2, 3]]


def test_kinds_are_kept_apart(check):
    engine = Engine()
    cases = [_case(1), _case(2, opset=14), _case(3, is_open=True), _case(4), _case(5, 14), _case(6, is_open=True)]
    assert check(engine, cases, Result.WRONG) == [Result.RIGHT] * 6
    assert engine.models == [[1, 4], [2, 5], [3, 6]]


def test_what_differs_is_drawn_alone(check):
    cases = [_case(size) for size in (1, 2, 3)]
    assert check(Engine(spoils=2), cases, Result.WARNED) == [Result.RIGHT, Result.WARNED, Result.RIGHT]
    # Then the way of drawing is at fault, or the engine; either is a finding.
    assert check(Engine(spoils=2), cases, Result.RIGHT) == [Result.RIGHT, Result.WRONG, Result.RIGHT]


def test_what_a_refusal_names_is_drawn_alone(check):
    engine = Engine(refuses=3)
    outcomes = check(engine, [_case(size) for size in (1, 2, 3, 4)], Result.REFUSED)
    assert outcomes == [Result.RIGHT, Result.RIGHT, Result.REFUSED, Result.RIGHT]
    assert engine.models == [[1, 2, 3, 4], [1, 2, 4]]


def test_halves_where_nothing_is_named(check):
    engine = Engine(refuses=3, names=False)
    outcomes = check(engine, [_case(size) for size in (1, 2, 3, 4)], Result.REFUSED)
    # Of the last two each was drawn alone, which is refused here.
    assert outcomes == [Result.RIGHT, Result.RIGHT, Result.REFUSED, Result.REFUSED]
    assert engine.models == [[1, 2, 3, 4], [1, 2], [3, 4]]


def test_what_has_no_answer_is_left_out(check):
    engine = Engine()
    without = _case(3)
    without.feeds = {'x': np.zeros((2, 2), np.float32)}
    assert check(engine, [_case(1), _case(2), without], Result.WRONG) == [Result.RIGHT, Result.RIGHT, Result.UNKNOWN]
    assert engine.models == [[1, 2]]
