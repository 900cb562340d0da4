"""Tests of running functions in this process and in their own."""
import os

import pytest

from mmdeploy.apis.core import no_mp
from mmdeploy.apis.core.pipeline_manager import PipelineError, PipelineManager

MANAGER = PipelineManager()


@MANAGER.register_pipeline()
def where(value, divisor=1):
    """Doc."""
    return value // divisor, os.getpid()


@MANAGER.register_pipeline()
def die():
    os._exit(3)


@MANAGER.register_pipeline(is_multiprocess_available=False)
def always_here():
    return os.getpid()


@pytest.fixture(autouse=True)
def _reset():
    yield
    MANAGER.enable_multiprocess(False)
    MANAGER.set_mp_async(False)


def test_local_by_default():
    assert where(3) == (3, os.getpid())
    assert where.__doc__ == 'Doc.' and where.__name__ == 'where'


def test_hooks():
    MANAGER.get_input_hooks(where).append(
        lambda *args, **kwargs: ((args[0] + 1, ), kwargs))
    MANAGER.get_output_hooks(where).append(lambda result: result[0] * 10)
    assert where(3) == 40
    MANAGER.get_input_hooks(where).clear()
    MANAGER.get_output_hooks(where).clear()


def test_unknown_function():
    with pytest.raises(AssertionError, match="'x' is no pipeline function"):
        MANAGER.get_caller('x')


def test_set_log_level_of_all():
    MANAGER.set_log_level(30)
    assert MANAGER.get_caller(where).log_level == 30


@pytest.fixture
def importable(monkeypatch):
    """Let a new process find this file, which pytest imports by path."""
    import sys
    name = __name__
    folder = os.path.dirname(os.path.abspath(__file__))
    root = folder
    for _ in range(name.count('.')):
        root = os.path.dirname(root)
    monkeypatch.setenv('PYTHONPATH', root)
    monkeypatch.syspath_prepend(root)
    return sys.modules[name]


def test_own_process(importable):
    MANAGER.enable_multiprocess(True, [where, always_here])
    value, pid = where(6, divisor=2)
    assert value == 3 and pid != os.getpid()
    assert always_here() == os.getpid()
    with no_mp(MANAGER):
        assert where(1)[1] == os.getpid()


def test_own_process_fails(importable):
    MANAGER.enable_multiprocess(True)
    with pytest.raises(
            PipelineError, match='`where` with Call id: .* failed. ZeroDiv'):
        where(1, divisor=0)
    with pytest.raises(PipelineError, match='ended without a result'):
        die()


def test_async(importable):
    MANAGER.enable_multiprocess(True, where)
    MANAGER.set_mp_async(True, where)
    first, second = where(1), where(2)
    assert second.get()[0] == 2 and first.get()[0] == 1
    with pytest.raises(AssertionError, match='is unknown, or its result'):
        first.get()
