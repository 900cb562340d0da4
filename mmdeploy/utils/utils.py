"""Helpers without a home of their own."""
import argparse
import functools
import glob
import logging
import os
import os.path as osp
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from .logging import get_logger


def get_root_logger(log_file: str | None = None,
                    log_level: int = logging.INFO) -> logging.Logger:
    """Return the logger of the package, named `mmdeploy`."""
    return get_logger('mmdeploy', log_file=log_file, log_level=log_level)


def add_log_level(parser: argparse.ArgumentParser) -> None:
    """Add the option `--log-level`, a name that `set_log_level` takes."""
    parser.add_argument(
        '--log-level',
        default='INFO',
        choices=list(logging._nameToLevel),
        help='log level')


def set_log_level(level: int | str) -> logging.Logger:
    """Set the level of the package's logger, whoever created it first."""
    logger = get_root_logger(log_level=level)
    logger.setLevel(level)
    for handler in logger.handlers:
        handler.setLevel(level)
    return logger


def run_tool(main: Callable[[], int | None]) -> None:
    """Run a command and end the process; what its user can mend is one line, not a traceback.

    `MMDEPLOY_TRACEBACK=1` in the environment shows where an error comes from.
    """
    try:
        sys.exit(main())
    except (OSError, ValueError, RuntimeError, NotImplementedError, KeyError, AssertionError) as error:
        if os.environ.get('MMDEPLOY_TRACEBACK', '') not in ('', '0'):
            raise
        print(f'error: {type(error).__name__}: {error}', file=sys.stderr)
        sys.exit(1)


def target_wrapper(target: Callable,
                   log_level: int,
                   ret_value: Any | None = None,
                   *args,
                   **kwargs) -> Any:
    """Run `target` in a sub-process and report by a shared number.

    Args:
        target: what to run with `args` and `kwargs`.
        log_level: level of the sub-process' root logger.
        ret_value: `multiprocessing.Value('i')`; 0 on success, else -1.

    Returns:
        The result of `target`, or None when it raised (which is logged).
    """
    logger = logging.getLogger()
    logging.basicConfig(
        format='%(asctime)s,%(name)s %(levelname)-8s'
        ' [%(filename)s:%(lineno)d] %(message)s',
        datefmt='%Y-%m-%d:%H:%M:%S')
    logger.setLevel(log_level)
    if ret_value is not None:
        ret_value.value = -1
    try:
        result = target(*args, **kwargs)
    except Exception as error:
        logger.error(error)
        traceback.print_exc(file=sys.stdout)
        return None
    if ret_value is not None:
        ret_value.value = 0
    return result


def deprecate(status: str = 'future',
              dst_obj: Any | None = None,
              msg: str = '',
              *args,
              **kwargs) -> Callable:
    """Mark a function as deprecated; each call logs a warning.

    Args:
        status: `'future'` (will be deprecated) or `'past'` (was deprecated).
        dst_obj: what to use instead.
        msg: more advice, shown for `'future'`.

    Raises:
        KeyError: on a call, when `status` is neither.
    """

    def decorate(func: Callable) -> Callable:

        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            if status == 'future':
                text = (f'DeprecationWarning: {func.__name__} will be '
                        f'deprecated in the future. {msg}')
            elif status == 'past':
                text = (f'DeprecationWarning: {func.__name__} was '
                        f'deprecated, use {dst_obj} instead. {msg}')
            else:
                raise KeyError(f'Unexpected key {status}')
            get_root_logger().warning(text)
            return func(*args, **kwargs)

        return wrapper

    return decorate


def make_folder(path: str) -> None:
    """Create a folder, and those above it, unless it is there.

    Raises:
        NotADirectoryError: a file has its name, or that of a folder above it.
    """
    try:
        os.makedirs(osp.abspath(path), exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        file = osp.abspath(path)
        while not osp.lexists(file):
            file = osp.dirname(file)
        raise NotADirectoryError(f'folder {path!r} cannot be made: {file!r} is a file; name another folder, or move '
                                 'the file') from error


def get_file_path(prefix: str, candidates: Sequence[str]) -> str:
    """Return the first existing file of several glob patterns.

    Args:
        prefix: folder that the patterns are relative to.
        candidates: glob patterns in order of preference.

    Returns:
        An absolute path, or `''` when no pattern matches.
    """
    for candidate in candidates:
        found = sorted(glob.glob(osp.abspath(osp.join(prefix, candidate))))
        if found:
            return found[0]
    return ''
