"""Draws many cases and collects what is wrong with them."""

import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.differential import chains, elementwise, shapes, sizes, sums, windows
from tests.differential.check import GOOD, Result, check, temporary
from tests.differential.draw import Case, Draw
from tests.differential.isolated import Lost, run_isolated
from tests.differential.together import Together

OPERATORS: dict[str, Callable[[Draw], Case]] = {
    **elementwise.OPERATORS, **windows.OPERATORS, **shapes.OPERATORS, **sums.OPERATORS, **sizes.OPERATORS,
    **chains.OPERATORS
}  # yapf: disable


@dataclass
class Finding:
    """A case that is neither right nor refused."""

    operator: str
    seed: int
    result: str
    text: str


@dataclass
class Report:
    """What became of the draws of an operator."""

    operator: str
    counts: Counter = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def make(operator: str, seed: int) -> Case:
    """The case of a seed, which is the same on every machine."""
    return OPERATORS[operator](Draw((zlib.crc32(operator.encode()), seed)))


# What is drawn in one go: an operator and its seeds.
Task = tuple[str, range]


def _draw(engine: str, task: Task) -> Iterator[tuple[int, Report | None]]:
    operator, seeds = task
    report = Report(operator)
    with temporary() as folder:
        for seed in seeds:
            yield seed, None
            case = make(operator, seed)
            result, text = check(engine, case, folder)
            report.counts[result.value] += 1
            if result not in GOOD:
                report.findings.append(Finding(operator, seed, result.value, f'{case.text}: {text}'))
    yield seeds.stop, report


def _undrawn(task: Task, seed: int | None) -> Task | None:
    operator, seeds = task
    return (operator, range(seed + 1, seeds.stop)) if seed is not None and seed < seeds.stop - 1 else None


def draw_isolated(engine: str, tasks: Sequence[Task]) -> Iterator[Report]:
    """Reports of tasks, run in a process of their own, whose death is a finding."""
    for found in run_isolated(partial(_draw, engine), tasks, _undrawn):
        if isinstance(found, Lost):
            operator, seed = found.task[0], found.place
            text = 'before the first case' if seed is None else make(operator, seed).text
            found = Report(operator, findings=[Finding(operator, -1 if seed is None else seed, found.fate, text)])
        yield found


def _draw_together(engine: str, task: Task) -> Iterator[tuple[int, Report | None]]:
    operator, seeds = task
    report = Report(operator)
    yield seeds.start, None
    with temporary() as folder:
        cases = [make(operator, seed) for seed in seeds]
        for seed, case, (result, text) in zip(seeds, cases, Together(engine, folder).check(cases), strict=True):
            report.counts[result.value] += 1
            if result not in GOOD:
                report.findings.append(Finding(operator, seed, result.value, f'{case.text}: {text}'))
    yield seeds.stop, report


def draw_together(engine: str, tasks: Sequence[Task]) -> Iterator[Report]:
    """As `draw_isolated`, the draws of a task in as few models as can be; of one that is lost, each by itself."""
    for found in run_isolated(partial(_draw_together, engine), tasks):
        if not isinstance(found, Lost):
            yield found
            continue
        operator, seeds = found.task
        yield Report(operator, findings=[Finding(operator, seeds.start, found.fate, f'together with all of {seeds}')])
        yield from draw_isolated(engine, [found.task])


def run_for(
    engine: str,
    operators: Sequence[str],
    seconds: float,
    first: int,
    batch: int,
    draw: Callable[[str, Sequence[Task]], Iterator[Report]] = draw_isolated,
) -> Iterator[Report]:
    """Reports of batches of draws until the time is over."""
    end = time.monotonic() + seconds
    while True:
        for report in draw(engine, [(operator, range(first, first + batch)) for operator in operators]):
            yield report
            if time.monotonic() > end:
                return
        first += batch


def describe(report: Report) -> str:
    counts = ', '.join(
        f'{report.counts[result.value]} {result.value}' for result in Result if report.counts[result.value]
    )
    return f'{report.operator}: {counts or "nothing"}'
