"""The demo programs: the documented arguments, and what they print when something is wrong."""
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from zoo.mmpose.make_stick_figures import figures_on_photos

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


@pytest.mark.parametrize('language, option', [('python', ['--bbox']), ('c', []), ('cpp', [])])
def test_a_box_is_where_key_points_are_looked_for(language: str, option: list, image: Path, tmp_path: Path) -> None:
    whole, part = (run('pose_detector', language, 'cpu', model_of('pose_detector'), image, *box, folder=tmp_path)
                   for box in ((), (*option, 4, 0, 4, 4)))
    assert part.returncode == 0, part.stderr
    # Half as large, in the right half.
    assert part.stdout.startswith('point 0, x=5.53, y=0.59, ') and whole.stdout.startswith('point 0, x=3.06, y=1.19, ')


@pytest.mark.parametrize('language', ['c', 'cpp'])
def test_a_wrong_box(language: str, image: Path, tmp_path: Path) -> None:
    for box, message in ((['4', '0', 'x', '4'], "found 'x'"), (['4', '0', '4'], 'usage: '),
                         (['4', '0', '-4', '4'], 'box 0 of image 0')):
        done = run('pose_detector', language, 'cpu', model_of('pose_detector'), image, *box, folder=tmp_path)
        assert done.returncode != 0 and message in done.stderr


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


def write_detector(folder: Path, boxes: list[list[float]]) -> Path:
    """Write a detector that finds these boxes (left, top, right, bottom, score; of 160x160 pixels) in any image."""
    folder.mkdir()
    nodes = [helper.make_node('Identity', [f'{name}_value'], [name]) for name in ('dets', 'labels')]
    values = [numpy_helper.from_array(np.array([boxes], np.float32), 'dets_value'),
              numpy_helper.from_array(np.zeros((1, len(boxes)), np.int64), 'labels_value')]
    image = helper.make_tensor_value_info('input', TensorProto.FLOAT, [1, 3, 'h', 'w'])
    outputs = [helper.make_tensor_value_info('dets', TensorProto.FLOAT, [1, len(boxes), 5]),
               helper.make_tensor_value_info('labels', TensorProto.INT64, [1, len(boxes)])]
    graph = helper.make_graph(nodes, 'g', [image], outputs, values)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8),
              folder / 'end2end.onnx')
    model = model_of('detector')
    deploy, pipeline = (json.loads((model / name).read_text()) for name in ('deploy.json', 'pipeline.json'))
    deploy['models'][0].update(net='end2end.onnx', backend='onnxruntime', dynamic_shape=True)
    tasks = pipeline['pipeline']['tasks']
    tasks[0]['transforms'][1]['size'] = [160, 160]
    tasks[2]['component'] = 'ResizeBBox'
    (folder / 'deploy.json').write_text(json.dumps(deploy))
    (folder / 'pipeline.json').write_text(json.dumps(pipeline))
    return folder


@pytest.fixture(scope='module')
def figures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[np.ndarray]]:
    """A stick figure that walks to the right, and a detector of the place where it begins."""
    folder = tmp_path_factory.mktemp('figures')
    image, (figure, *_) = next(found for found in figures_on_photos('test', 40)
                               if len(found[1]) == 1 and found[1][0].box[0] + found[1][0].box[2] < 130)
    left, top, width, height = figure.box
    detector = write_detector(folder / 'detector', [[left, top, left + width, top + height, 0.9]])
    return detector, [np.roll(image, 3 * i, 1) for i in range(5)]


def track(language: str, *arguments: object, folder: Path) -> subprocess.CompletedProcess:
    programs = {'cpp': [ROOT / 'build/bin/pose_tracker'],
                'python': [sys.executable, ROOT / 'demo/python/pose_tracker.py']}
    return subprocess.run([*programs[language], *map(str, arguments)], capture_output=True, text=True, check=False,
                          cwd=folder)


def test_all_follow_the_same_objects(figures: tuple[Path, list[np.ndarray]], tmp_path: Path) -> None:
    detector, frames = figures
    (tmp_path / 'frames').mkdir()
    for i, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / f'frames/{i:02}.png'), frame)
    (tmp_path / 'frames/notes.txt').write_text('no image')
    models = ['cpu', detector, model_of('pose_detector')]
    printed = {}
    for language in ('cpp', 'python'):
        folder = tmp_path / language
        output = [folder] if language == 'cpp' else ['--output', folder]
        done = track(language, *models, tmp_path / 'frames', *output, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        printed[language] = done.stdout
        drawn = [cv2.imread(str(path)) for path in sorted(folder.iterdir())]
        assert len(drawn) == len(frames)
        assert all((picture != frame).any() for picture, frame in zip(drawn, frames, strict=True))
    assert printed['cpp'] == printed['python']
    *lines, last = printed['cpp'].splitlines()
    assert last == f'{len(frames)} of {len(frames)} frames have targets'
    assert len(lines) >= len(frames) and lines[0].startswith('frame 0, target 0, left=')
    assert {line.split(', ')[1] for line in lines if line.split(', ')[1] == 'target 0'}
    # Of a label that no object has, or above all scores, there is nothing to follow.
    for language, *options in (('cpp', tmp_path / 'none', 7), ('cpp', tmp_path / 'none', 0, 0.95),
                               ('cpp', tmp_path / 'none', 0, 0.5, 99), ('python', '--det-label', 7),
                               ('python', '--det-thr', 0.95), ('python', '--kpt-thr', 99)):
        done = track(language, *models, tmp_path / 'frames', *options, folder=tmp_path)
        assert done.returncode == 0 and done.stdout == f'0 of {len(frames)} frames have targets\n', done.stderr
    # A video of the same frames; its pictures are compressed.
    video = cv2.VideoWriter(str(tmp_path / 'walk.avi'), cv2.VideoWriter_fourcc(*'MJPG'), 10, frames[0].shape[1::-1])
    for frame in frames:
        video.write(frame)
    video.release()
    for output in ('followed.avi', 'followed.mp4', 'pictures'):
        done = track('python', *models, tmp_path / 'walk.avi', '--output', tmp_path / output, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[0].split(', left')[0] == 'frame 0, target 0'
    for output in ('followed.avi', 'followed.mp4'):
        followed = cv2.VideoCapture(str(tmp_path / output))
        assert followed.get(cv2.CAP_PROP_FRAME_COUNT) == len(frames) and followed.get(cv2.CAP_PROP_FPS) == 10
    assert len(list((tmp_path / 'pictures').iterdir())) == len(frames)


@pytest.mark.parametrize('language', ['cpp', 'python'])
@pytest.mark.parametrize('arguments, message', [
    ([], 'usage: '),
    (['cpu', 'no/such/model', '', 'frames'], 'no/such/model'),
    (['cpu', '', '', 'no/such/folder'], 'cannot read a frame of no/such/folder'),
    (['cpu', 'pose', 'det', 'frames'], 'detector of a pose tracker'),
])
def test_mistakes_of_the_tracker(language: str, arguments: list, message: str, tmp_path: Path) -> None:
    (tmp_path / 'frames').mkdir()
    models = {'pose': model_of('pose_detector'), 'det': model_of('detector')}
    own = [None, models['det'], models['pose']]
    given = [models.get(argument, argument) or own[i] for i, argument in enumerate(arguments)]
    result = track(language, *given, folder=tmp_path)
    assert result.returncode != 0
    assert message in result.stderr


def test_a_pipeline_of_two_models_prints_what_they_print_alone(image: Path, tmp_path: Path) -> None:
    program = [sys.executable, ROOT / 'demo/python/det_pose.py', 'cpu', model_of('detector'), model_of('pose_detector')]
    done = subprocess.run([*program, image], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    boxes = run('detector', 'python', 'cpu', model_of('detector'), image, folder=tmp_path).stdout.splitlines()
    assert [line for line in lines if line.startswith('box')] == boxes and len(boxes) >= 3
    # left=1.00, top=1.50, right=5.00, bottom=6.00
    alone = run('pose_detector', 'python', 'cpu', model_of('pose_detector'), image, '--bbox', 1, 1.5, 5, 5.5,
                folder=tmp_path)
    assert lines[1:5] == alone.stdout.splitlines()
    assert (cv2.imread(str(tmp_path / 'output_det_pose.png')) != cv2.imread(str(image))).any()
    for arguments, message in (([], 'usage: '), (['no/such/image.png'], 'cannot read the image no/such/image.png')):
        done = subprocess.run([*program, *arguments], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode != 0 and message in done.stderr
