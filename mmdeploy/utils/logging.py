"""Loggers that are set up once per name."""
import logging
import numbers
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

logger_initialized: dict[str, bool] = {}

_FORMAT = '%(asctime)s - %(name)s - %(levelname)s - %(message)s'


def _is_initialized(name: str) -> bool:
    """Tell whether the name or one of its parents has handlers of ours."""
    return any(name.startswith(known) for known in logger_initialized)


def _writes_to(logger: logging.Logger, log_file: str) -> bool:
    return any(isinstance(handler, logging.FileHandler) and handler.baseFilename == os.path.abspath(log_file)
               for handler in logger.handlers)


def _add_handler(logger: logging.Logger, handler: logging.Handler, log_level: int) -> None:
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.setLevel(log_level)
    logger.addHandler(handler)


def get_logger(name: str,
               log_file: str | None = None,
               log_level: int = logging.INFO,
               file_mode: str = 'w') -> logging.Logger:
    """Return a logger, which the first call for its name sets up.

    Args:
        name: name of the logger. A child of a logger that is set up already
            is returned as it is, but for a further file.
        log_file: write to this file as well as to the terminal.
        log_level: level of the logger.
        file_mode: how `log_file` is opened.
    """
    logger = logging.getLogger(name)
    if _is_initialized(name):
        if log_file is not None and not _writes_to(logger, log_file):
            _add_handler(logger, logging.FileHandler(log_file, file_mode), log_level)
        return logger

    # A plain stream handler of the root logger prints each record twice.
    for handler in logger.root.handlers:
        if type(handler) is logging.StreamHandler:
            handler.setLevel(logging.ERROR)

    handlers = [logging.StreamHandler()]
    if log_file is not None:
        handlers.append(logging.FileHandler(log_file, file_mode))
    for handler in handlers:
        _add_handler(logger, handler, log_level)
    logger.setLevel(log_level)
    logger_initialized[name] = True
    return logger


def log_metrics(logger: logging.Logger, metrics: Any, digits: str = '') -> None:
    """Log what a data set's `evaluate` gives: a number per name; some give one number, or nothing.

    Args:
        logger: where to.
        metrics: the answer.
        digits: format of numbers.
    """
    if not isinstance(metrics, Mapping):
        metrics = {} if metrics is None else {'metric': metrics}
    for name, value in metrics.items():
        is_number = isinstance(value, numbers.Number)
        logger.info(f'{name} : {value:{digits if is_number else ""}}')


@contextmanager
def tracer_warnings_counted() -> Iterator[None]:
    """Count PyTorch's warnings that a trace may make a constant of a value, instead of printing dozens of them.

    Whether one matters is found out by running what was traced in another size. The level DEBUG shows each.
    """
    from torch.jit import TracerWarning
    logger, places = logging.getLogger('mmdeploy'), set()
    with warnings.catch_warnings():
        show = warnings.showwarning

        def count_or_show(message, category, filename, lineno, file=None, line=None):
            # PyTorch's note that it will give symbolics another graph.
            is_harmless = issubclass(category, FutureWarning) and '_patch_torch._graph_op' in str(message)
            if issubclass(category, TracerWarning):
                places.add((filename, lineno))
            elif not is_harmless:
                show(message, category, filename, lineno, file, line)
                return
            logger.debug(f'{filename}:{lineno}: {category.__name__}: {message}')

        warnings.showwarning = count_or_show
        yield
    if places:
        logger.info(f'PyTorch warns of {len(places)} place(s) where the trace may keep a value as a constant; '
                    '--log-level DEBUG lists them')


@contextmanager
def warnings_once() -> Iterator[None]:
    """Let the package's logger say a warning once, however many steps come across what it is about."""
    logger, said = logging.getLogger('mmdeploy'), set()

    def is_new(record: logging.LogRecord) -> bool:
        if record.levelno != logging.WARNING:
            return True
        message = record.getMessage()
        is_known = message in said
        said.add(message)
        return not is_known

    logger.addFilter(is_new)
    try:
        yield
    finally:
        logger.removeFilter(is_new)
