"""Work in a process of its own, whose death is a result."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

# From one message to the next.
SECONDS = 60
# Yields the place where a task is, with a result or None; what it is called with can be pickled.
Work = Callable[[Any], Iterator[tuple[Any, Any]]]


@dataclass
class Lost:
    """A task that ended its process, or hung in it."""

    task: Any
    place: Any  # None before the first one
    fate: str


def _child(work: Work, tasks: list, connection: Connection) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody waits any more
        for task in tasks:
            for message in work(task):
                connection.send(message)
            connection.send(None)


def run_isolated(
    work: Work, tasks: Iterable, rest: Callable[[Any, Any], Any] = lambda task, place: None
) -> Iterator[Any]:
    """Yield the results of tasks; `Lost` instead of those that do not come.

    Args:
        work: what is done with a task.
        tasks: one after the other.
        rest: what is left to do of a lost task, by the place where it was lost; None for nothing.
    """
    context = multiprocessing.get_context('spawn')
    tasks = list(tasks)
    while tasks:
        receiver, sender = context.Pipe(False)
        child = context.Process(target=_child, args=(work, tasks, sender))
        child.start()
        sender.close()
        place, fate = None, 'hangs'
        try:
            while tasks and receiver.poll(SECONDS):
                message = receiver.recv()
                if message is None:
                    tasks.pop(0)
                    place = None
                    continue
                place, result = message
                if result is not None:
                    yield result
        except EOFError:
            child.join()
            fate = f'died of {child.exitcode}'
        child.kill()
        child.join()
        if tasks:
            task = tasks.pop(0)
            yield Lost(task, place, fate)
            left = rest(task, place)
            if left is not None:
                tasks.insert(0, left)
