"""Many draws as parts of one model, because an engine takes most of its time for each model that it compiles.

Parts share no value, so an engine should calculate each as it does alone. What it decides for a model as a whole
(whether shapes are open) must not differ: such draws are put into models of their own. A part that differs, and every
part of a model that is refused or fails, is drawn alone: what counts is what becomes of it there. Of 984 draws for
OpenVINO each had the same outcome alone, and all 29 that OpenVINO without our repairs gets wrong were seen.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import onnx
from onnx import compose, helper

from tests.differential.check import Result, check, differs, expected, run
from tests.differential.draw import Case

Outcome = tuple[Result, str]
Run = Callable[[str, onnx.ModelProto, dict[str, np.ndarray], str], dict[str, np.ndarray]]


def _prefix(index: int) -> str:
    return f'part{index}_'


def _kind(case: Case) -> tuple:
    """What the parts of a model have in common."""
    model = case.model
    opsets = tuple(sorted((opset.domain, opset.version) for opset in model.opset_import))
    shapes = [value.type.tensor_type.shape for value in model.graph.input]
    is_open = any(not dim.HasField('dim_value') for shape in shapes for dim in shape.dim)
    return opsets, model.ir_version, is_open


def merge(cases: dict[int, Case]) -> tuple[onnx.ModelProto, dict[str, np.ndarray]]:
    """One model of cases of a kind, the names of each with its number in front; and its inputs."""
    parts = {i: compose.add_prefix(case.model, _prefix(i)) for i, case in cases.items()}
    lists: dict[str, list] = defaultdict(list)
    for part in parts.values():
        for name in ('node', 'input', 'output', 'initializer'):
            lists[name] += getattr(part.graph, name)
    graph = helper.make_graph(lists['node'], 'parts', lists['input'], lists['output'], lists['initializer'])
    first = next(iter(parts.values()))
    model = helper.make_model(graph, opset_imports=first.opset_import)
    model.ir_version = first.ir_version
    feeds = {_prefix(i) + name: value for i, case in cases.items() for name, value in case.feeds.items()}
    return model, feeds


def _named(text: str) -> set[int]:
    """The parts that a message names."""
    return {int(number) for number in re.findall(r'part(\d+)_', text)}


class Together:
    """Checks cases, as many of them in one model as work so."""

    def __init__(self, engine: str, folder: str, run_model: Run = run) -> None:
        self.engine, self.folder, self.run = engine, folder, run_model
        self.outcomes: dict[int, Outcome] = {}
        self.models = 0

    def check(self, cases: Sequence[Case]) -> list[Outcome]:
        wanted = {i: expected(case.model, case.feeds) for i, case in enumerate(cases)}
        kinds: dict[tuple, dict[int, Case]] = defaultdict(dict)
        for i, case in enumerate(cases):
            if wanted[i] is None or any(value.size > 1 << 20 for value in wanted[i].values()):
                self.outcomes[i] = (Result.UNKNOWN, '')
            else:
                kinds[_kind(case)][i] = case
        for group in kinds.values():
            self._check_group(group, wanted)
        return [self.outcomes[i] for i in range(len(cases))]

    def _alone(self, cases: dict[int, Case]) -> None:
        for i, case in cases.items():
            self.models += 1
            self.outcomes[i] = check(self.engine, case, self.folder)

    def _check_group(self, cases: dict[int, Case], wanted: dict[int, dict[str, np.ndarray]]) -> None:
        """Those that a message names are taken out, and the rest is tried again; where it names none, halves are."""
        while len(cases) > 1:
            model, feeds = merge(cases)
            self.models += 1
            try:
                found = self.run(self.engine, model, feeds, self.folder)
            except RuntimeError as error:
                named = _named(str(error)) & cases.keys()
                if named and len(named) < len(cases):
                    self._alone({i: cases[i] for i in named})
                    cases = {i: case for i, case in cases.items() if i not in named}
                    continue
                numbers = sorted(cases)
                for half in (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]):
                    self._check_group({i: cases[i] for i in half}, wanted)
                return
            self._judge(cases, wanted, found)
            return
        self._alone(cases)

    def _judge(
        self, cases: dict[int, Case], wanted: dict[int, dict[str, np.ndarray]], found: dict[str, np.ndarray]
    ) -> None:
        for i, case in cases.items():
            texts = [differs(name, value, found[_prefix(i) + name]) for name, value in wanted[i].items()]
            text = '; '.join(text for text in texts if text)
            if not text:
                self.outcomes[i] = (Result.RIGHT, '')
                continue
            self._alone({i: case})
            if self.outcomes[i][0] is Result.RIGHT:
                self.outcomes[i] = (Result.WRONG, f'right alone, beside {len(cases) - 1} others {text}')
