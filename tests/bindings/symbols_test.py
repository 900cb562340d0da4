"""Only what the API defines leaves the library."""
import subprocess
from pathlib import Path

import mmdeploy_python

ROOT = Path(__file__).resolve().parents[2]


def test_exported_symbols_are_those_of_the_definition() -> None:
    library = Path(mmdeploy_python.__file__).with_name('libmmdeploy.so')
    output = subprocess.run(['nm', '-D', '--defined-only', library], capture_output=True, text=True, check=True).stdout
    exported = {line.split()[-1] for line in output.splitlines()}
    assert exported == set((ROOT / 'api/symbols.txt').read_text().split())
