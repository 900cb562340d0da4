"""Compares operators of an engine with ONNX Runtime, for as long as wanted."""

import argparse
import sys
from collections import Counter

from tests.differential.check import check, temporary
from tests.differential.run import OPERATORS, Report, describe, draw_isolated, draw_together, make, run_for


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m tests.differential', description=__doc__)
    parser.add_argument('--engine', default='ncnn')
    parser.add_argument('--operator', nargs='*', default=sorted(OPERATORS), choices=sorted(OPERATORS), metavar='OP')
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--first', type=int, default=0, help='the seed to begin with')
    parser.add_argument('--batch', type=int, default=200, help='draws of an operator before the next')
    parser.add_argument('--case', type=int, help='only this seed, with its model as text')
    parser.add_argument('--show', type=int, default=4, help='findings to print of an operator')
    parser.add_argument('--together', action='store_true', help='many draws in one model: less time for compiling')
    arguments = parser.parse_args()
    if arguments.case is not None:
        return show(arguments.engine, arguments.operator[0], arguments.case)
    totals: dict[str, Report] = {}
    options = (arguments.engine, arguments.operator, arguments.seconds, arguments.first, arguments.batch)
    for report in run_for(*options, draw_together if arguments.together else draw_isolated):
        total = totals.setdefault(report.operator, Report(report.operator))
        total.counts += report.counts
        for finding in report.findings:
            if len(total.findings) < arguments.show:
                print(f'{finding.operator} --case {finding.seed}: {finding.result}: {finding.text}', flush=True)
            total.findings.append(finding)
    results = Counter()
    for operator in sorted(totals):
        print(describe(totals[operator]))
        results += totals[operator].counts
    findings = sum(len(report.findings) for report in totals.values())
    print(f'{sum(results.values())} draws of {len(totals)} operators: {dict(results)}, {findings} findings')
    return 1 if findings else 0


def show(engine: str, operator: str, seed: int) -> int:
    import onnx

    case = make(operator, seed)
    print(onnx.printer.to_text(case.model))
    with temporary() as folder:
        result, text = check(engine, case, folder)
        try:
            print(open(f'{folder}/m.param').read())
        except OSError:
            pass
    print(f'{case.text}\n{result.value}: {text}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
