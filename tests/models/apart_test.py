"""Calls in a process of their own: what they give, and what becomes of those that give nothing."""
import os
import time

import pytest

from tests.models import apart


def test_an_answer():
    assert apart.call(lambda a, b: [a + b, os.getpid()], 1, 2, seconds=60)[0] == 3
    assert apart.call(os.getpid, seconds=60) != os.getpid()


def test_one_that_takes_too_long():
    begin = time.monotonic()
    with pytest.raises(apart.NoAnswerError, match='TimeoutError: it takes more than 1 s'):
        apart.call(time.sleep, 60, seconds=1)
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize('function', [os.abort, lambda: os._exit(0), lambda: 1 / 0])
def test_one_that_ends(function, capfd):
    with pytest.raises(apart.NoAnswerError, match='the process ended without an answer'):
        apart.call(function, seconds=60)
