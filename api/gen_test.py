"""The generated files are those that the definition gives."""
import subprocess
import sys
from pathlib import Path

GENERATOR = Path(__file__).with_name('gen.py')


def test_generated_files_are_current() -> None:
    result = subprocess.run([sys.executable, GENERATOR, '--check'], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
