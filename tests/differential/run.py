"""Draws many cases and collects what is wrong with them."""

import contextlib
import multiprocessing
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.differential import chains, elementwise, shapes, sums, windows
from tests.differential.check import GOOD, Result, check, temporary
from tests.differential.draw import Case, Draw

OPERATORS: dict[str, Callable[[Draw], Case]] = {
    **elementwise.OPERATORS, **windows.OPERATORS, **shapes.OPERATORS, **sums.OPERATORS, **chains.OPERATORS
}  # yapf: disable
SECONDS_PER_TASK = 300


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


def run_task(engine: str, task: Task, folder: str, at: 'multiprocessing.sharedctypes.Synchronized') -> Report:
    operator, seeds = task
    report = Report(operator)
    for seed in seeds:
        at.value = seed
        case = make(operator, seed)
        result, text = check(engine, case, folder)
        report.counts[result.value] += 1
        if result not in GOOD:
            report.findings.append(Finding(operator, seed, result.value, f'{case.text}: {text}'))
    return report


def _child(
    engine: str, tasks: Sequence[Task], at: 'multiprocessing.sharedctypes.Synchronized', connection: Connection
) -> None:
    with temporary() as folder:
        for task in tasks:
            report = run_task(engine, task, folder, at)
            with contextlib.suppress(BrokenPipeError):  # nobody waits any more
                connection.send(report)


def run_isolated(engine: str, tasks: Sequence[Task]) -> Iterator[Report]:
    """Reports of tasks, run in a process of their own, whose death is a finding."""
    context = multiprocessing.get_context('spawn')
    tasks = list(tasks)
    while tasks:
        at = context.Value('q', -1)
        receiver, sender = context.Pipe(False)
        child = context.Process(target=_child, args=(engine, tasks, at, sender))
        child.start()
        sender.close()
        try:
            while tasks and receiver.poll(SECONDS_PER_TASK):
                yield receiver.recv()
                tasks.pop(0)
            fate = 'hangs'
        except EOFError:
            child.join()
            fate = f'died of {child.exitcode}'
        child.kill()
        child.join()
        if tasks:
            operator, seeds = tasks.pop(0)
            text = make(operator, at.value).text if at.value >= 0 else 'before the first case'
            yield Report(operator, findings=[Finding(operator, at.value, fate, text)])
            if seeds.start <= at.value < seeds.stop - 1:
                tasks.insert(0, (operator, range(at.value + 1, seeds.stop)))


def run_for(engine: str, operators: Sequence[str], seconds: float, first: int, batch: int) -> Iterator[Report]:
    """Reports of batches of draws until the time is over."""
    end = time.monotonic() + seconds
    while True:
        for report in run_isolated(engine, [(operator, range(first, first + batch)) for operator in operators]):
            yield report
            if time.monotonic() > end:
                return
        first += batch


def describe(report: Report) -> str:
    counts = ', '.join(
        f'{report.counts[result.value]} {result.value}' for result in Result if report.counts[result.value]
    )
    return f'{report.operator}: {counts or "nothing"}'
