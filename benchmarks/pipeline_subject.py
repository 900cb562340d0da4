"""Times one task of an SDK on one image; `benchmarks.pipelines` runs it in each SDK's environment.

usage: pipeline_subject.py MODULE CLASS MODEL IMAGE.npy SECONDS
"""
import importlib
import sys
import time

import numpy as np


def main() -> None:
    module, name, model, image, seconds = sys.argv[1:]
    task = getattr(importlib.import_module(module), name)(model, 'cpu', 0)
    pixels = np.load(image)
    result = task(pixels)
    count = len(result[0]) if isinstance(result, tuple) else len(result)
    times = []
    end = time.perf_counter() + float(seconds)
    while time.perf_counter() < end or len(times) < 10:
        start = time.perf_counter()
        task(pixels)
        times.append(time.perf_counter() - start)
    print('times', count, 1e3 * min(times), 1e3 * float(np.median(times)))


if __name__ == '__main__':
    main()
