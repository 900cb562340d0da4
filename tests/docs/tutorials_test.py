"""What the tutorials show is run, and prints what they show; each in a process of its own, as for a reader."""
import subprocess
import sys

import pytest

from tests.docs.tutorials import FOLDER, ROOT, blocks

PAGES = sorted(FOLDER.glob('0*.md'))


def test_there_are_five():
    assert len(PAGES) == 5


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.stem)
def test_the_page_runs(page):
    done = subprocess.run([sys.executable, '-m', 'tests.docs.tutorials', str(page)], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_of_the_operator_are_those_that_are_built():
    shown = [block.text for block in blocks((FOLDER / '04_custom_operators.md').read_text())]
    for path in sorted((FOLDER / 'my_add').iterdir()):
        assert path.read_text() in shown, f'04_custom_operators.md does not show {path.name} as it is'
