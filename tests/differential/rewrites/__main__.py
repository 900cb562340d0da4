"""Draws of rewrites, for as long as wanted."""

import argparse
import sys
import time
from collections import Counter

from tests.differential.rewrites.check import run
from tests.differential.rewrites.draw import DRAWS


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m tests.differential.rewrites', description=__doc__)
    parser.add_argument('names', nargs='*', help=f'draws, by default all: {", ".join(DRAWS)}')
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--seed', type=int, default=0, help='of the first draw')
    parser.add_argument('--why', action='store_true', help='print why draws are refused, too')
    args = parser.parse_args()
    names = args.names or list(DRAWS)
    counts = {name: Counter() for name in names}
    end, seed = time.time() + args.seconds, args.seed
    while time.time() < end:
        for name in names:
            outcome, why = run(name, seed)
            counts[name][outcome] += 1
            if outcome == 'wrong' or (args.why and why):
                print(f'{name} {seed}: {outcome}: {why}', flush=True)
        seed += 1
    for name in names:
        print(f'{name:<24}', dict(counts[name]))
    total = sum(counts.values(), Counter())
    print(f'{sum(total.values())} draws of {len(names)}: {dict(total)}')
    return 1 if total['wrong'] else 0


if __name__ == '__main__':
    sys.exit(main())
