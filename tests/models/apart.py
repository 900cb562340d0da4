"""Calls in a process of their own: PyTorch's exporter dies of some models, and needs minutes for others."""
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any


class NoAnswerError(RuntimeError):
    """A process took too long, or ended; says which."""


def _send(end: Connection, function: Callable, args: tuple) -> None:
    end.send(function(*args))


def call(function: Callable[..., Any], *args: Any, seconds: float) -> Any:
    """Return what a function gives in a process of its own.

    Raises:
        NoAnswerError: it gives nothing within some seconds, or the process ends.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context('fork').Process(target=_send, args=(there, function, args))
    process.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise NoAnswerError(f'TimeoutError: it takes more than {seconds:.0f} s')
        return here.recv()
    except EOFError:
        raise NoAnswerError('the process ended without an answer') from None
    finally:
        process.kill()
        process.join()
