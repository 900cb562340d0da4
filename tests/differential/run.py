"""Draws many cases and collects what is wrong with them."""
import multiprocessing
import os
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import onnx

from tests.differential import elementwise, shapes, sums, windows
from tests.differential.check import GOOD, Result, check, temporary
from tests.differential.draw import Case, Draw

OPERATORS: dict[str, Callable[[Draw], Case]] = {
    **elementwise.OPERATORS, **windows.OPERATORS, **shapes.OPERATORS, **sums.OPERATORS
}  # yapf: disable
SECONDS_PER_BATCH = 120


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


def run_batch(engine: str, operator: str, seeds: Sequence[int], progress: 'multiprocessing.Value | None' = None,
              save: str = '') -> Report:
    report = Report(operator)
    with temporary() as folder:
        for seed in seeds:
            if progress is not None:
                progress.value = seed
            case = make(operator, seed)
            result, text = check(engine, case, folder)
            report.counts[result.value] += 1
            if result in GOOD:
                continue
            report.findings.append(Finding(operator, seed, result.value, f'{case.text}: {text}'))
            if save:
                os.makedirs(save, exist_ok=True)
                onnx.save(case.model, f'{save}/{operator}_{seed}.onnx')
    return report


def _child(engine: str, operator: str, seeds: Sequence[int], progress, connection) -> None:
    connection.send(run_batch(engine, operator, seeds, progress))


def run_isolated(engine: str, operator: str, seeds: Sequence[int]) -> Report:
    """In a process of its own, whose death is a finding."""
    context = multiprocessing.get_context('spawn')
    progress = context.Value('q', -1)
    receiver, sender = context.Pipe(False)
    child = context.Process(target=_child, args=(engine, operator, seeds, progress, sender))
    child.start()
    sender.close()
    report = Report(operator)
    try:
        if receiver.poll(SECONDS_PER_BATCH):
            report = receiver.recv()
        else:
            report.findings.append(Finding(operator, progress.value, 'hangs', make(operator, progress.value).text))
    except EOFError:
        child.join()
        text = make(operator, progress.value).text if progress.value >= 0 else 'before the first case'
        report.findings.append(Finding(operator, progress.value, f'died of {child.exitcode}', text))
    child.kill()
    child.join()
    return report


def run_for(engine: str, operators: Sequence[str], seconds: float, first: int, batch: int = 200) -> Iterator[Report]:
    """Reports of batches of draws until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for operator in operators:
            if time.monotonic() < end:
                yield run_isolated(engine, operator, range(first, first + batch))
        first += batch


def describe(report: Report) -> str:
    counts = ', '.join(f'{report.counts[result.value]} {result.value}' for result in Result
                       if report.counts[result.value])
    return f'{report.operator}: {counts or "nothing"}'
