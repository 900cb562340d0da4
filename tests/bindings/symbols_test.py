"""Only what the API defines leaves the library."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_exported_symbols_are_those_of_the_definition() -> None:
    output = subprocess.run(['nm', '-D', '--defined-only', ROOT / 'build/lib/libmmdeploy.so'], capture_output=True,
                            text=True, check=True).stdout
    exported = {line.split()[-1] for line in output.splitlines()}
    assert exported == set((ROOT / 'api/symbols.txt').read_text().split())
