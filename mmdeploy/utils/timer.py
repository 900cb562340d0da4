"""Measures how long engines take."""
import logging
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from .logging import get_logger


def _synchronize() -> None:
    """Wait for work that was queued on the current CUDA device."""
    import torch
    if torch.cuda.is_available():
        torch.cuda.synchronize()


class TimeCounter:
    """Times functions that were registered by name."""

    names: dict[str, dict[str, Any]] = {}

    @classmethod
    def count_time(cls,
                   name: str,
                   warmup: int = 1,
                   log_interval: int = 1,
                   with_sync: bool = False) -> Callable:
        """Decorate a function so that `activate` can time it.

        Args:
            name: unique in the process.
            warmup: calls that are not measured, at least 1.
            log_interval: log after that many measured calls.
            with_sync: synchronise CUDA around a call.
        """
        assert warmup >= 1, f'warmup is {warmup}, allowed is 1 or more'
        assert name not in cls.names, (
            f'the name {name!r} is timed already, choose another one')
        state = dict(
            count=0,
            execute_time=[],
            log_interval=log_interval,
            warmup=warmup,
            with_sync=with_sync,
            enable=False)
        cls.names[name] = state

        def decorate(func: Callable) -> Callable:

            @wraps(func)
            def timed(*args, **kwargs):
                state['count'] += 1
                if not state['enable']:
                    return func(*args, **kwargs)
                if state['with_sync']:
                    _synchronize()
                start = time.perf_counter()
                result = func(*args, **kwargs)
                if state['with_sync']:
                    _synchronize()
                cls._record(name, time.perf_counter() - start)
                return result

            return timed

        return decorate

    @classmethod
    def _record(cls, name: str, seconds: float) -> None:
        """Keep the time of one call, unless it belongs to the warm-up."""
        state = cls.names[name]
        if state['count'] <= state['warmup']:
            return
        times = state['execute_time']
        times.append(seconds)
        measured = state['count'] - state['warmup']
        if measured % state['log_interval'] == 0:
            mean = float(np.mean(times))
            get_logger('test', log_level=logging.INFO).info(
                f'[{name}]-{measured} times per count: '
                f'{mean * 1000:.2f} ms, {1 / mean:.2f} FPS')

    @classmethod
    @contextmanager
    def activate(cls,
                 func_name: str | None = None,
                 warmup: int = 1,
                 log_interval: int = 1,
                 with_sync: bool = False,
                 file: str | None = None):
        """Measure inside a `with` block.

        Args:
            func_name: a registered name, or None for all of them.
            warmup, log_interval, with_sync: see `count_time`.
            file: log file of the logger `test`.
        """
        assert warmup >= 1, f'warmup is {warmup}, allowed is 1 or more'
        if file is not None:
            cls._log_to(file)
        if func_name is not None:
            warnings.warn('func_name must be globally unique if you call '
                          'activate multiple times', stacklevel=3)
            assert func_name in cls.names, (
                f'{func_name!r} is not timed, allowed: {sorted(cls.names)}')
        names = list(cls.names) if func_name is None else [func_name]
        for name in names:
            cls.names[name].update(
                count=0,
                execute_time=[],
                warmup=warmup,
                log_interval=log_interval,
                with_sync=with_sync,
                enable=True)
        try:
            yield
        finally:
            for name in names:
                cls.names[name]['enable'] = False

    @staticmethod
    def _log_to(file: str) -> None:
        """Let the logger `test` write to a file, even if it exists already."""
        logger = get_logger('test', log_file=file, log_level=logging.INFO)
        opened = [getattr(h, 'baseFilename', None) for h in logger.handlers]
        handler = logging.FileHandler(file, 'a')
        if handler.baseFilename in opened:
            handler.close()
            return
        handler.setFormatter(logger.handlers[0].formatter)
        logger.addHandler(handler)

    @classmethod
    def print_stats(cls, name: str) -> None:
        """Print mean, median, minimum and maximum of the measured calls."""
        from prettytable import PrettyTable
        assert name in cls.names, (
            f'{name!r} is not timed, allowed: {sorted(cls.names)}')
        times = 1000 * np.asarray(cls.names[name]['execute_time'])
        assert times.size, f'no call of {name!r} was measured'
        table = PrettyTable()
        table.field_names = ['Stats', 'Latency/ms', 'FPS']
        for label, reduce in (('Mean', np.mean), ('Median', np.median),
                              ('Min', np.min), ('Max', np.max)):
            latency = float(reduce(times))
            table.add_row(
                [label, f'{latency:.3f}', f'{1000 / latency:.3f}'])
        print(table)
