"""The demo programs: the documented arguments, and what they print when something is wrong."""
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / 'api/golden/model'
DEMOS = {
    'c': [ROOT / 'build/bin/image_classification'],
    'cpp': [ROOT / 'build/bin/classifier'],
    'python': [sys.executable, ROOT / 'demo/python/image_classification.py'],
}


def run(demo: str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([*DEMOS[demo], *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture(scope='module')
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('images') / 'image.png'
    cv2.imwrite(str(path), np.full((8, 8, 3), (30, 128, 220), np.uint8))
    return path


def test_all_print_the_same(image: Path) -> None:
    outputs = set()
    for demo in DEMOS:
        result = run(demo, 'cpu', MODEL, image)
        assert result.returncode == 0, result.stderr
        outputs.add(result.stdout)
    assert len(outputs) == 1
    assert outputs.pop().startswith('label: 0, score: 2.')


@pytest.mark.parametrize('demo', DEMOS)
@pytest.mark.parametrize('arguments, message', [
    ([], 'usage: '),
    (['cpu', 'no/such/model', None], 'no/such/model'),
    (['npu', MODEL, None], "unknown device 'npu'"),
    (['cpu', MODEL, 'no/such/image.png'], 'cannot read the image no/such/image.png'),
])
def test_mistakes(demo: str, arguments: list, message: str, image: Path) -> None:
    result = run(demo, *[image if argument is None else argument for argument in arguments])
    assert result.returncode != 0
    assert message in result.stderr
