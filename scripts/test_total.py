"""Adds up JUnit files: `N passed, N failed` (`, N skipped` if any). Exit code 1 if a test failed or none ran."""
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def count(path: Path) -> dict[str, int]:
    """Tests of one file by outcome; a file that is absent holds none."""
    totals = {'passed': 0, 'failed': 0, 'skipped': 0}
    if not path.exists():
        return totals
    for case in ElementTree.parse(path).iter('testcase'):
        if case.find('failure') is not None or case.find('error') is not None:
            totals['failed'] += 1
        elif case.find('skipped') is not None:
            totals['skipped'] += 1
        else:
            totals['passed'] += 1
    return totals


def main() -> int:
    counts = [count(Path(name)) for name in sys.argv[1:]]
    passed, failed, skipped = (sum(c[key] for c in counts) for key in ('passed', 'failed', 'skipped'))
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
