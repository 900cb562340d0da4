"""What benchmarks of ours beside what users write have in common: both take turns in one process, on one processor."""
import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from prettytable import PrettyTable


def parse_arguments(description: str, work_dir: Path, peer: str = '') -> argparse.Namespace:
    """Return `rounds`, `work_dir`, `json`, and `peer` where there is one, of the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--work-dir', type=Path, default=work_dir)
    parser.add_argument('--json', type=Path, help='also write the figures here')
    if peer:
        parser.add_argument('--peer', action='store_true', help=f'compare with {peer}, too')
    return parser.parse_args()


def use_one_processor() -> None:
    """Keep this process on one processor, and OpenCV on one thread."""
    import cv2
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)


def plain_session(model: Path | str | bytes, num_threads: int = 1, operators: str | None = None):
    """Return a model in onnxruntime itself.

    Args:
        model: path, or what a file holds.
        num_threads: 0 are its own default.
        operators: library of operators that the model has.
    """
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.log_severity_level = 3
    if operators is not None:
        options.register_custom_ops_library(operators)
    model = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])


def best_of(subjects: dict[str, Callable], rounds: int) -> dict[str, float]:
    """Best time of each subject in milliseconds; they take turns."""
    best: dict[str, float] = {}
    for round_ in range(rounds + 1):
        for name, subject in subjects.items():
            start = time.perf_counter()
            subject()
            taken = 1e3 * (time.perf_counter() - start)
            if round_:  # the first one warms up
                best[name] = min(best.get(name, taken), taken)
    return best


def report(rows: list[dict], path: Path | None) -> None:
    """Print rows of name, other, limit, ours and theirs with their ratios; write them to a file if one is named."""
    table = PrettyTable(['work', 'ours ms', 'other', 'other ms', 'ratio', 'asked'])
    for row in rows:
        row['ratio'] = row['ours'] / row['theirs']
        table.add_row([row['name'], f"{row['ours']:.2f}", row['other'], f"{row['theirs']:.2f}", f"{row['ratio']:.2f}",
                       f"{row['limit']:.2f}"])
    print(table)
    if path:
        path.write_text(json.dumps(rows, indent=2) + '\n')
