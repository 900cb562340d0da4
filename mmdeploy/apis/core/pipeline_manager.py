"""Runs functions in this process or each call in a process of its own.

A step that runs in its own process gives back all its memory, and an engine
that crashes does not take the converter with it.
"""
import importlib
import logging
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import wraps
from multiprocessing.managers import SyncManager
from typing import Any, NamedTuple

import torch.multiprocessing as mp

from mmdeploy.utils import get_root_logger


class PipelineError(RuntimeError):
    """A function failed in its own process."""


class _Answer(NamedTuple):
    """What a process sends back."""
    value: Any
    error: str | None  # type and message, None on success
    trace: str


def _get_func_name(func: str | Callable) -> str:
    """Return the key of a function."""
    if isinstance(func, str):
        return func
    return f'{func.__module__}.{func.__qualname__}'


class PipelineCaller:
    """One registered function.

    The implementation is imported by name, so that a new process finds it.
    """

    def __init__(self,
                 module_name: str,
                 impl_name: str,
                 func_name: str | None = None,
                 log_level: int = logging.DEBUG,
                 is_multiprocess_available: bool = True) -> None:
        self._module_name = module_name
        self._impl_name = impl_name
        self._func_name = func_name or impl_name
        self._is_multiprocess_available = is_multiprocess_available
        self._input_hooks: list[Callable] = []
        self._output_hooks: list[Callable] = []
        self._answers: dict[int, _Answer] = {}
        self.log_level = log_level
        self.enable_multiprocess = False
        self.mp_async = False

    @property
    def is_multiprocess_available(self) -> bool:
        """Tell whether the function may run in its own process."""
        return self._is_multiprocess_available

    @property
    def is_multiprocess(self) -> bool:
        """Tell whether the function runs in its own process."""
        return self._is_multiprocess_available and self.enable_multiprocess

    @property
    def input_hooks(self) -> list[Callable]:
        """`(*args, **kwargs) -> (args, kwargs)`, applied in order."""
        return self._input_hooks

    @property
    def output_hooks(self) -> list[Callable]:
        """`result -> result`, applied in order."""
        return self._output_hooks

    def push_mp_output(self, call_id: int, answer: _Answer | None) -> None:
        """Keep the answer of a process until it is asked for."""
        if answer is not None:
            self._answers[call_id] = answer

    def pop_mp_output(self, call_id: int | None = None) -> Any:
        """Return the result of a call, by default of any finished one.

        Raises:
            PipelineError: the process failed or ended without a result.
        """
        if call_id is None and self._answers:
            call_id = next(iter(self._answers))
        answer = self._answers.pop(call_id, None)
        if answer is not None and answer.error is None:
            return answer.value
        message = f'`{self._func_name}` with Call id: {call_id} failed.'
        if answer is not None:
            message += f' {answer.error}\n{answer.trace}'
        else:
            message += ' its process ended without a result, see its output'
        raise PipelineError(message)

    def __call__(self, *args, **kwargs) -> Any:
        where = ('main process' if mp.parent_process() is None
                 else 'subprocess')
        logger = get_root_logger()
        logger.log(self.log_level,
                   f'Start pipeline {self._func_name} in {where}')
        for hook in self.input_hooks:
            args, kwargs = hook(*args, **kwargs)
        module = importlib.import_module(self._module_name)
        result = getattr(module, self._impl_name)(*args, **kwargs)
        for hook in self.output_hooks:
            result = hook(result)
        logger.log(self.log_level, f'Finish pipeline {self._func_name}')
        return result


def _run_in_process(caller: PipelineCaller, log_level: int, connection,
                    args: tuple, kwargs: dict) -> None:
    """Main function of a sub-process."""
    get_root_logger(log_level=log_level)
    # Multiprocess calls inside would need a second level of processes.
    caller.enable_multiprocess = False
    try:
        with no_mp():
            answer = _Answer(caller(*args, **kwargs), None, '')
    except Exception as error:
        answer = _Answer(None, f'{type(error).__name__}: {error}',
                         traceback.format_exc())
    connection.send(answer)
    connection.close()


class PipelineResult:
    """A call that has not been waited for."""

    def __init__(self, manager: 'PipelineManager', call_id: int) -> None:
        self._manager = manager
        self._call_id = call_id

    @property
    def call_id(self) -> int:
        """Number of the call."""
        return self._call_id

    def get(self) -> Any:
        """Wait for the result."""
        return self._manager.get_result_sync(self._call_id)


class PipelineManager:
    """All registered functions, and the calls that are running."""

    def __init__(self) -> None:
        self._enable_multiprocess = True
        self._callers: dict[str, PipelineCaller] = {}
        self._running: dict[int, tuple] = {}
        self._next_call_id = 0
        self._mp_manager: SyncManager | None = None

    @property
    def mp_manager(self) -> SyncManager | None:
        """Objects shared between processes; None before it is enabled."""
        return self._mp_manager

    def get_caller(self, func_name: str | Callable) -> PipelineCaller:
        """Return the registered function of a name or wrapper."""
        name = _get_func_name(func_name)
        assert name in self._callers, (
            f'{name!r} is no pipeline function, allowed: '
            f'{", ".join(sorted(self._callers))}')
        return self._callers[name]

    def _get_callers(
        self, func_names: str | Callable | Iterable | None
    ) -> list[PipelineCaller]:
        """Return the callers of one or several names; None means all."""
        if func_names is None:
            return list(self._callers.values())
        if isinstance(func_names, str) or callable(func_names):
            func_names = [func_names]
        return [self.get_caller(name) for name in func_names]

    def enable_multiprocess(
            self,
            val: bool,
            func_names: str | Callable | Iterable | None = None) -> None:
        """Let functions run in their own processes, or stop that.

        Functions that can't are left alone.
        """
        if val and self._mp_manager is None:
            self._mp_manager = mp.Manager()
        for caller in self._get_callers(func_names):
            if caller.is_multiprocess_available:
                caller.enable_multiprocess = val

    def set_mp_async(
            self,
            val: bool,
            func_name: str | Callable | Iterable | None = None) -> None:
        """Let calls return a `PipelineResult` at once, or stop that."""
        for caller in self._get_callers(func_name):
            caller.mp_async = val

    def set_log_level(
            self,
            level: int,
            func_names: str | Callable | Iterable | None = None) -> None:
        """Set the level at which start and finish are logged."""
        for caller in self._get_callers(func_names):
            caller.log_level = level

    def get_input_hooks(self, func_name: str | Callable) -> list[Callable]:
        """Return the live list of hooks on arguments."""
        return self.get_caller(func_name).input_hooks

    def get_output_hooks(self, func_name: str | Callable) -> list[Callable]:
        """Return the live list of hooks on results."""
        return self.get_caller(func_name).output_hooks

    def call_function_local(self, func_name: str | Callable, *args,
                            **kwargs) -> Any:
        """Run a function in this process."""
        return self.get_caller(func_name)(*args, **kwargs)

    def call_function_async(self, func_name: str | Callable, *args,
                            **kwargs) -> int:
        """Start a function in its own process.

        Returns:
            The number of the call, for `get_result_sync`.
        """
        caller = self.get_caller(func_name)
        receiver, sender = mp.get_context('spawn').Pipe(duplex=False)
        level = get_root_logger().level
        process = mp.get_context('spawn').Process(
            target=_run_in_process,
            args=(caller, level, sender, args, kwargs))
        process.start()
        sender.close()
        call_id = self._next_call_id
        self._next_call_id += 1
        self._running[call_id] = (caller, process, receiver)
        return call_id

    def get_result_sync(self, call_id: int) -> Any:
        """Wait for the result of `call_function_async`.

        Raises:
            PipelineError: the function raised, or its process died.
        """
        assert call_id in self._running, (
            f'call id {call_id} is unknown, or its result was taken already')
        caller, process, receiver = self._running.pop(call_id)
        try:
            answer = receiver.recv()
        except EOFError:  # the process died
            answer = None
        process.join()
        receiver.close()
        caller.push_mp_output(call_id, answer)
        return caller.pop_mp_output(call_id)

    def call_function(self, func_name: str | Callable, *args,
                      **kwargs) -> Any:
        """Run a function where its settings say."""
        caller = self.get_caller(func_name)
        if not (self._enable_multiprocess and caller.is_multiprocess):
            return self.call_function_local(func_name, *args, **kwargs)
        call_id = self.call_function_async(func_name, *args, **kwargs)
        if caller.mp_async:
            return PipelineResult(self, call_id)
        return self.get_result_sync(call_id)

    def register_pipeline(self,
                          is_multiprocess_available: bool = True,
                          log_level: int = logging.DEBUG) -> Callable:
        """Return a decorator that lets calls go through the manager.

        Args:
            is_multiprocess_available: the function may run in its own
                process.
            log_level: level at which start and finish are logged.
        """
        frame = sys._getframe(1)
        module_name = frame.f_globals['__name__']

        def decorate(func: Callable) -> Callable:
            name = _get_func_name(func)
            impl_name = f'_pipe_{func.__name__}__impl_'
            frame.f_globals[impl_name] = func
            self._callers[name] = PipelineCaller(
                module_name,
                impl_name,
                func_name=func.__name__,
                log_level=log_level,
                is_multiprocess_available=is_multiprocess_available)

            @wraps(func)
            def wrapper(*args, **kwargs):
                return self.call_function(name, *args, **kwargs)

            return wrapper

        return decorate


PIPELINE_MANAGER = PipelineManager()


class no_mp:
    """Runs everything in this process inside a `with` block."""

    def __init__(self, manager: PipelineManager = PIPELINE_MANAGER) -> None:
        self._manager = manager
        self._saved: list[bool] = []

    def __enter__(self) -> None:
        self._saved.append(self._manager._enable_multiprocess)
        self._manager._enable_multiprocess = False

    def __exit__(self, type, val, tb) -> None:
        self._manager._enable_multiprocess = self._saved.pop()
