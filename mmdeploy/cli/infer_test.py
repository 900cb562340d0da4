"""`mmdeploy infer`: images are decoded as the model's data set was, by mmcv.imread."""
import json
import subprocess
from pathlib import Path

import cv2
import mmcv
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

COMMAND = Path(__file__).resolve().parents[2] / 'build/bin/mmdeploy'
COLOR_TYPES = ['color', 'color_ignore_orientation', 'grayscale', 'grayscale_ignore_orientation', 'unchanged']


def write_model(folder: Path, color_type: str) -> None:
    """Write a classifier whose scores are the pixels that reach the network."""
    channels = 1 if color_type.startswith('gray') else 3
    node = helper.make_node('Flatten', ['input'], ['output'], axis=1)
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
              for name, shape in (('input', ['n', channels, 'h', 'w']), ('output', ['n', 'k']))]
    model = helper.make_model(helper.make_graph([node], 'g', values[:1], values[1:]),
                              opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    folder.mkdir()
    onnx.save(model, folder / 'end2end.onnx')
    net = dict(name='net', net='end2end.onnx', weights='', backend='onnxruntime', batch_size=1, precision='FP32',
               dynamic_shape=True)
    transforms = [dict(type='LoadImageFromFile', color_type=color_type),
                  dict(type='Normalize', mean=[0] * channels, std=[1] * channels, to_rgb=False),
                  dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'])]
    tasks = [dict(type='Task', module='Transform', name='pre', input=['img'], output=['x'], transforms=transforms),
             dict(type='Task', module='Net', name='net', input=['x'], output=['y'], input_map=dict(img='input')),
             dict(type='Task', module='mmcls', name='post', component='LinearClsHead', params=dict(topk=1 << 20),
                  input=['y'], output=['z'])]
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', task='Classifier', customs=[], models=[net])))
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=dict(input=['img'], output=['z'], tasks=tasks))))


@pytest.fixture(scope='module')
def models(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('models')
    for color_type in COLOR_TYPES:
        write_model(folder / color_type, color_type)
    return {color_type: folder / color_type for color_type in COLOR_TYPES}


@pytest.fixture(scope='module')
def pictures(tmp_path_factory) -> Path:
    """One picture in several formats; those of 16 bits, with alpha and turned ones have other colours too."""
    folder = tmp_path_factory.mktemp('pictures')
    bgr = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 256, (20, 26, 3), dtype=np.uint8), (0, 0), 1)
    rgb = Image.fromarray(bgr[..., ::-1])
    for suffix, options in (('png', {}), ('jpg', {}), ('webp', dict(lossless=True)), ('bmp', {}), ('tif', {})):
        rgb.save(folder / f'plain.{suffix}', **options)
    turned = Image.Exif()
    turned[0x112] = 6
    rgb.save(folder / 'turned.jpg', exif=turned)
    cv2.imwrite(str(folder / 'alpha.png'), np.dstack([bgr, bgr[..., 0]]))
    cv2.imwrite(str(folder / 'deep.png'), bgr.astype(np.uint16) * 256 + 77)
    cv2.imwrite(str(folder / 'gray.png'), bgr[..., 0])
    return folder


def infer(model: Path, picture: Path) -> subprocess.CompletedProcess:
    return subprocess.run([COMMAND, 'infer', model, picture, '--json'], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize('color_type', COLOR_TYPES)
@pytest.mark.parametrize('name', ['plain.png', 'plain.jpg', 'plain.webp', 'plain.bmp', 'plain.tif', 'turned.jpg',
                                  'alpha.png', 'deep.png', 'gray.png'])
def test_pixels_are_those_of_mmcv(models, pictures, color_type, name):
    done = infer(models[color_type], pictures / name)
    expected = mmcv.imread(str(pictures / name), color_type)
    if color_type == 'unchanged' and name in ('alpha.png', 'deep.png', 'gray.png'):
        assert done.returncode != 0 and 'unchanged' in done.stderr and name in done.stderr
        return
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)[0]['result']
    found = np.empty(len(result))
    for item in result:
        found[item['label_id']] = item['score']
    planes = expected[None] if expected.ndim == 2 else expected.transpose(2, 0, 1)
    np.testing.assert_array_equal(found, planes.ravel())


def test_pictures_of_gray_models_can_be_drawn(models, pictures, tmp_path):
    command = [COMMAND, 'infer', models['grayscale'], pictures / 'plain.png', '--out', tmp_path]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert cv2.imread(str(tmp_path / 'plain_result.png')).ndim == 3


TASKS = COMMAND.parents[2] / 'mmdeploy/task'


def shown(task: str, picture: Path, *options: object) -> subprocess.CompletedProcess:
    return subprocess.run([COMMAND, 'infer', TASKS / task / 'golden/model', picture, *map(str, options)],
                          capture_output=True, text=True, timeout=60, check=True)


def test_numbers_are_printed(pictures):
    pose = shown('pose_detector', pictures / 'plain.png').stdout.splitlines()[1]
    result = json.loads(shown('pose_detector', pictures / 'plain.png', '--json').stdout)[0]['result']
    expected = ' '.join(f'({x:.1f}, {y:.1f}) {score:.3f}'
                        for (x, y), score in zip(result['points'], result['scores'], strict=True))
    assert pose.strip() == f'points {expected}'
    text = shown('text_recognizer', pictures / 'plain.png').stdout.splitlines()[1]
    result = json.loads(shown('text_recognizer', pictures / 'plain.png', '--json').stdout)[0]['result']
    scores = ' '.join(f'{score:.3f}' for score in result['scores'])
    assert text.strip() == f"text '{result['text']}'" + (f'  scores {scores}' if scores else '')


def test_what_is_not_drawn_is_said(pictures, tmp_path):
    plain = shown('pose_detector', pictures / 'plain.png', '--out', tmp_path, '--draw-threshold', 0)
    assert plain.stderr == ''
    for options in ([], ['--json']):
        hidden = shown('pose_detector', pictures / 'plain.png', '--out', tmp_path, '--draw-threshold', 2, *options)
        said = '4 points with a score below 2 not drawn, see --draw-threshold'
        assert hidden.stderr == f'{pictures / "plain.png"}: {said}\n'
    (before, after) = (cv2.imread(str(path)) for path in (pictures / 'plain.png', tmp_path / 'plain_result.png'))
    scale = after.shape[1] // before.shape[1]
    np.testing.assert_array_equal(after[::scale, ::scale], before)
    found = shown('detector', pictures / 'plain.png', '--out', tmp_path, '--draw-threshold', 2)
    assert 'objects with a score below 2 not drawn' in found.stderr
    assert shown('detector', pictures / 'plain.png', '--draw-threshold', 2).stderr == ''  # nothing is drawn


def test_nothing_found_is_said(tmp_path):
    cv2.imwrite(str(tmp_path / 'black.png'), np.zeros((64, 64, 3), np.uint8))
    assert shown('text_detector', tmp_path / 'black.png').stdout.splitlines()[1:] == ['  nothing found']
    assert json.loads(shown('text_detector', tmp_path / 'black.png', '--json').stdout)[0]['result'] == []
