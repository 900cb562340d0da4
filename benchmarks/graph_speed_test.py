"""The times that are compared are those of the functions, in their order."""
from benchmarks.graph_speed import best_times


def test_functions_take_turns():
    calls = []

    def work(name: str, count: int) -> None:
        calls.append(name)
        sum(range(count))

    short, long = best_times([lambda: work('short', 10), lambda: work('long', 1_000_000)], 2)
    assert calls == ['short', 'long'] * 3
    assert 0 <= short < long
