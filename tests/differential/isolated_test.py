"""A process that dies or hangs is a result, and what is left goes on."""

import importlib
import os
import time

from tests.differential import isolated
from tests.differential.isolated import Lost, run_isolated


def count(task):
    for number in task:
        yield number, None
        if number == 3:
            os._exit(7)
        if number == 5:
            time.sleep(60)
        yield number, f'{number} done'


def rest(task, place):
    return range(place + 1, task.stop) if place < task.stop - 1 else None


def test_death_and_hanging_are_seen(monkeypatch):
    monkeypatch.setattr(isolated, 'SECONDS', 4)
    here = importlib.import_module('tests.differential.isolated_test')  # the name by which the process finds it
    found = list(run_isolated(here.count, [range(2, 5), range(5, 7), range(8, 9)], rest))
    lost = [(item.place, item.fate) for item in found if isinstance(item, Lost)]
    assert lost == [(3, 'died of 7'), (5, 'hangs')]
    assert [item for item in found if not isinstance(item, Lost)] == ['2 done', '4 done', '6 done', '8 done']
