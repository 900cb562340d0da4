"""The demo programs: the documented arguments, and what they print when something is wrong."""
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
TASKS = {'classifier': 'image_classification', 'detector': 'object_detection', 'pose_detector': 'pose_detection'}
LANGUAGES = ('c', 'cpp', 'python')


def model_of(task: str) -> Path:
    return ROOT / f'mmdeploy/task/{task}/golden/model'


def run(task: str, language: str, *arguments: object, folder: Path) -> subprocess.CompletedProcess:
    program = {
        'c': [ROOT / f'build/bin/{TASKS[task]}'],
        'cpp': [ROOT / f'build/bin/{task}'],
        'python': [sys.executable, ROOT / f'demo/python/{TASKS[task]}.py'],
    }[language]
    return subprocess.run([*program, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture(scope='module')
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('images') / 'image.png'
    cv2.imwrite(str(path), np.full((8, 8, 3), (30, 128, 220), np.uint8))
    return path


@pytest.mark.parametrize('task, first', [
    ('classifier', 'label: 0, score: 2.'),
    ('detector', 'box 0, left=1.00, top=1.50, right=5.00, bottom=6.00, label=1, score=0.9000'),
    ('pose_detector', 'point 0, x=3.06, y=1.19, score=0.8814'),
])
def test_all_print_the_same(task: str, first: str, image: Path, tmp_path: Path) -> None:
    outputs = set()
    for language in LANGUAGES:
        result = run(task, language, 'cpu', model_of(task), image, folder=tmp_path)
        assert result.returncode == 0, result.stderr
        outputs.add(result.stdout)
    assert len(outputs) == 1
    assert outputs.pop().startswith(first)


def test_all_draw_the_same_boxes_and_masks(image: Path, tmp_path: Path) -> None:
    pictures = []
    for language in LANGUAGES:
        folder = tmp_path / language
        folder.mkdir()
        run('detector', language, 'cpu', model_of('detector'), image, folder=folder)
        pictures.append(cv2.imread(str(folder / 'output_detection.png')))
    before = cv2.imread(str(image))
    for picture in pictures:
        np.testing.assert_array_equal(picture, pictures[0])
    # Boxes are green, masks half so.
    changed = pictures[0][(pictures[0] != before).any(2)]
    assert {tuple(pixel) for pixel in changed} >= {(0, 255, 0), (15, 192, 110)}


def test_a_box_is_where_key_points_are_looked_for(image: Path, tmp_path: Path) -> None:
    whole, part = (run('pose_detector', 'python', 'cpu', model_of('pose_detector'), image, *box, folder=tmp_path)
                   for box in ((), ('--bbox', 4, 0, 4, 4)))
    assert part.returncode == 0, part.stderr
    # Half as large, in the right half.
    assert part.stdout.startswith('point 0, x=5.53, y=0.59, ') and whole.stdout.startswith('point 0, x=3.06, y=1.19, ')


OCR = {'c': ['ocr'], 'cpp': ['text_ocr'], 'async': ['async_ocr'], 'chain': ['async_ocr_v2'], 'python': []}


def read_text(language: str, *arguments: object, folder: Path) -> subprocess.CompletedProcess:
    programs = [ROOT / 'build/bin' / name for name in OCR[language]]
    if not programs:
        programs = [sys.executable, ROOT / 'demo/python/ocr.py']
        if len(arguments) == 4:
            device, detector, recognizer, image = arguments
            arguments = (device, image, '--textdet', detector, '--textrecog', recognizer)
    return subprocess.run([*programs, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=folder)


def test_all_read_the_same(tmp_path: Path) -> None:
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[10:20, 8:50] = picture[30:50, 20:30] = picture[44:56, 60:84] = 220
    path = tmp_path / 'page.png'
    cv2.imwrite(str(path), picture)
    lines, pictures = [], []
    for language in OCR:
        folder = tmp_path / language
        folder.mkdir()
        result = read_text(language, 'cpu', model_of('text_detector'), model_of('text_recognizer'), path, folder=folder)
        assert result.returncode == 0, result.stderr
        lines.append(result.stdout.splitlines())
        if (folder / 'output_ocr.png').exists():
            pictures.append(cv2.imread(str(folder / 'output_ocr.png')))
    assert len(lines[0]) == 3 and lines[0][0].startswith('box 0, score=0.8627, text=')
    assert lines[0] == lines[1] == lines[-1]
    assert lines[2] == lines[3] == [line.split(' (')[0] for line in lines[0]]
    assert len(pictures) == 3
    assert (pictures[0] == pictures[1]).all() and (pictures[0] == pictures[2]).mean() > 0.99


@pytest.mark.parametrize('language', OCR)
@pytest.mark.parametrize('arguments, message', [
    ([], 'usage: '),
    (['cpu', 'no/such/model', '', None], 'no/such/model'),
    (['cpu', '', 'no/such/model', None], 'no/such/model'),
    (['cpu', '', '', 'no/such/image.png'], 'cannot read the image no/such/image.png'),
])
def test_mistakes_of_ocr(language: str, arguments: list, message: str, image: Path, tmp_path: Path) -> None:
    own = [None, model_of('text_detector'), model_of('text_recognizer'), None]
    given = [image if argument is None else argument or own[i] for i, argument in enumerate(arguments)]
    result = read_text(language, *given, folder=tmp_path)
    assert result.returncode != 0
    assert message in result.stderr


@pytest.mark.parametrize('language', LANGUAGES)
@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('arguments, message', [
    ([], 'usage: '),
    (['cpu', 'no/such/model', None], 'no/such/model'),
    (['npu', '', None], "unknown device 'npu'"),
    (['cpu', '', 'no/such/image.png'], 'cannot read the image no/such/image.png'),
])
def test_mistakes(task: str, language: str, arguments: list, message: str, image: Path, tmp_path: Path) -> None:
    given = [image if argument is None else argument or model_of(task) for argument in arguments]
    result = run(task, language, *given, folder=tmp_path)
    assert result.returncode != 0
    assert message in result.stderr


@pytest.mark.parametrize('language', LANGUAGES)
def test_a_model_of_another_task_is_refused(language: str, image: Path, tmp_path: Path) -> None:
    result = run('detector', language, 'cpu', model_of('classifier'), image, folder=tmp_path)
    assert result.returncode != 0
    assert 'the model gives list of list of Classification, a detector needs list of list of Detection' in result.stderr
