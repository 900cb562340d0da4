"""Runs the pages of docs/en/tutorials: what a page shows is run, and what it prints is compared.

    python -m tests.docs.tutorials [--write] [PAGE...]

A page's blocks run in order in one folder: `python` in one process, `bash` in a shell; a block of another language
whose first line is a comment with a file name is that file. A `text` block behind a block that runs is what that
prints; `--write` writes it anew.
"""
import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'docs/en/tutorials'
_BLOCK = re.compile(r'^```(\w+)\n(.*?)^```\n', re.S | re.M)
_FILE = re.compile(r'^(?://|#) ([\w./]+\.\w+)\n')


class Block(NamedTuple):
    """A block of a page, and where its text begins and ends."""

    language: str
    text: str
    begin: int
    end: int


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page."""
    return [Block(found[1], found[2], found.start(2), found.end(2)) for found in _BLOCK.finditer(page)]


def _run_bash(text: str) -> str:
    path = f'{ROOT}/build/bin:{Path(sys.executable).parent}:{os.environ["PATH"]}'
    env = {**os.environ, 'PATH': path, 'PYTHONPATH': f'{ROOT}:{ROOT}/build/lib', 'MMDEPLOY': str(ROOT)}
    done = subprocess.run(['bash', '-e', '-c', text], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if done.returncode:
        raise RuntimeError(f'exit code {done.returncode}: {done.stdout}')
    return done.stdout


def run(page: Path, folder: Path) -> list[tuple[Block, str]]:
    """Run a page in a folder; return its `text` blocks with what was printed instead.

    Raises:
        RuntimeError: a block fails; with its text.
    """
    os.environ['MMDEPLOY'] = str(ROOT)
    namespace: dict = {'__name__': '__tutorial__'}
    printed, answers = '', []
    text = page.read_text()
    with chdir(folder), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for block in blocks(text):
            if block.language == 'text':
                answers.append((block, printed))
                continue
            printed = ''
            name = _FILE.match(block.text)
            if name and block.language not in ('python', 'bash'):
                Path(name[1]).parent.mkdir(exist_ok=True)
                Path(name[1]).write_text(block.text)
                continue
            try:
                if block.language == 'bash':
                    printed = _run_bash(block.text)
                elif block.language == 'python':
                    # A file: scripting reads the source.
                    source = folder.resolve() / f'block_{block.begin}.py'
                    source.write_text(block.text)
                    out = io.StringIO()
                    with redirect_stdout(out):
                        exec(compile(block.text, source, 'exec'), namespace)  # noqa: S102
                    printed = out.getvalue()
            except Exception as error:
                raise RuntimeError(f'{page.name} fails in\n{block.text}\n{error!r}') from error
    return answers


def write(page: Path) -> None:
    """Run a page and put what it prints into it."""
    with tempfile.TemporaryDirectory() as folder:
        answers = run(page, Path(folder))
    text = page.read_text()
    for block, printed in reversed(answers):
        text = text[:block.begin] + printed + text[block.end:]
    page.write_text(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run pages; return 1 if one prints something else than it shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--write', action='store_true', help='write what is printed into the pages')
    parser.add_argument('pages', nargs='*', type=Path, default=sorted(FOLDER.glob('0*.md')))
    args = parser.parse_args(argv)
    status = 0
    for page in args.pages:
        if args.write:
            write(page)
            continue
        with tempfile.TemporaryDirectory() as folder:
            for block, printed in run(page, Path(folder)):
                if printed != block.text:
                    print(f'{page.name} shows\n{block.text}and prints\n{printed}')
                    status = 1
    return status


if __name__ == '__main__':
    sys.exit(main())
