"""Tests of the command-line tools, on the classifier of the zoo."""
import logging
import os
import subprocess
import sys
from pathlib import Path

import cv2
import mmcv
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker
from tools import deploy as tool

ROOT = Path(__file__).parents[1]
DEPLOY = str(ROOT / 'configs/mmcls/classification_onnxruntime_dynamic.py')
SDK = str(ROOT / 'configs/mmcls/classification_sdk_dynamic.py')
MODEL = str(ROOT / 'zoo/mmcls/resnet18_digits.py')
CHECKPOINT = str(ROOT / 'zoo/mmcls/resnet18_digits.pth')
IMAGES = ROOT / 'zoo/mmcls/images'
IMAGE = str(IMAGES / 'digit_7.png')

pytestmark = backend_checker(Backend.ONNXRUNTIME)


def run(script, *args, code=0):
    """Run a tool as users do; return what it prints."""
    env = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONWARNINGS='ignore')
    result = subprocess.run(
        [sys.executable, str(ROOT / 'tools' / script), *map(str, args)],
        capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    output = result.stdout + result.stderr
    assert result.returncode == code, output
    return output


def deploy(*args, **kwargs):
    return run('deploy.py', *args, **kwargs)


@pytest.fixture(scope='module')
def converted(tmp_path_factory):
    work_dir = tmp_path_factory.mktemp('tools') / 'new'
    output = deploy(DEPLOY, MODEL, CHECKPOINT, IMAGE, '--work-dir', work_dir,
                    '--dump-info')
    return work_dir, output


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    """Two held-out digits as a data set; returns options for its path."""
    root = tmp_path_factory.mktemp('digits')
    for label in range(10):
        (root / str(label)).mkdir()
    for label in (2, 7):
        image = cv2.imread(str(IMAGES / f'digit_{label}.png'))
        cv2.imwrite(str(root / str(label) / 'a.png'), image)
    return ['--cfg-options', f'data.test.data_prefix={root}']


def test_deploy(converted):
    work_dir, output = converted
    assert sorted(p.name for p in work_dir.iterdir()) == [
        'deploy.json', 'detail.json', 'end2end.onnx', 'golden',
        'output_onnxruntime.jpg', 'output_pytorch.jpg', 'pipeline.json'
    ]
    for picture in work_dir.glob('*.jpg'):
        assert cv2.imread(str(picture)) is not None
    for text in ('torch2onnx start.', 'torch2onnx success.', '[2/7]',
                 'max difference from PyTorch: output', 'golden',
                 'total', 'All process success.'):
        assert text in output
    assert 'failed' not in output


def test_a_warning_is_given_once(tmp_path):
    """`crop_size` and `input_shape` are compared whenever an image is preprocessed."""
    model = _config(tmp_path, f"_base_ = ['{MODEL}']\n"
                    "data = dict(test=dict(pipeline=[dict(type='LoadImageFromFile'), dict(type='Resize', size=(32, 32))"
                    ", dict(type='CenterCrop', crop_size=32), dict(type='Normalize', mean=[127.5] * 3, "
                    "std=[127.5] * 3, to_rgb=True), dict(type='ImageToTensor', keys=['img']), "
                    "dict(type='Collect', keys=['img'])]))\n")
    (tmp_path / 'deploy.py').write_text(f"_base_ = ['{DEPLOY}']\nonnx_config = dict(input_shape=[48, 48])\n")
    output = deploy(tmp_path / 'deploy.py', model, CHECKPOINT, IMAGE, '--work-dir', tmp_path / 'work', '--dump-info')
    warnings = [line.split(' - ', 1)[1] for line in output.splitlines() if ' - WARNING - ' in line]
    assert any('crop_size' in text for text in warnings) and len(warnings) == len(set(warnings))


def test_no_golden(tmp_path):
    deploy(DEPLOY, MODEL, CHECKPOINT, IMAGE, '--work-dir', tmp_path,
           '--dump-info', '--no-golden', '--log-level', 'ERROR')
    assert not (tmp_path / 'golden').exists()
    assert (tmp_path / 'pipeline.json').exists()


def _config(tmp_path, text):
    path = tmp_path / 'cfg.py'
    path.write_text(text)
    return str(path)


def _failure(tmp_path, *args):
    """Return the last line of a conversion that fails."""
    work_dir = tmp_path / 'work'
    output = deploy(*args, '--work-dir', work_dir, '--dump-info', code=1)
    # A failed step leaves neither its output nor temporary files.
    assert not work_dir.exists() or list(work_dir.iterdir()) == []
    assert 'Traceback' not in output
    return [line for line in output.splitlines() if 'ERROR' in line][-1]


def test_deploy_without_backend_config(tmp_path):
    cfg = _config(tmp_path, f"_base_ = ['{DEPLOY}']\n"
                  'backend_config = dict(_delete_=True)\n')
    line = _failure(tmp_path, cfg, MODEL, CHECKPOINT, IMAGE)
    assert ('check of the configs failed. AssertionError: deploy config: '
            'backend_config.type is missing, allowed: pytorch, tensorrt') in (
                line)
    assert line.endswith(
        'add backend_config=dict(type=...) or inherit it by _base_')


def test_deploy_with_an_engine_that_is_not_there(tmp_path):
    cfg = _config(tmp_path, f"_base_ = ['{DEPLOY}']\n"
                  "backend_config = dict(type='pytorch')\n")
    assert 'Unknown backend type: pytorch; supported: ' in _failure(
        tmp_path, cfg, MODEL, CHECKPOINT, IMAGE)


def test_a_deploy_config_that_runs_sdk_models_is_refused(tmp_path):
    line = _failure(tmp_path, SDK, MODEL, CHECKPOINT, IMAGE)
    assert "check of the configs failed. ValueError: deploy config: backend_config.type is 'sdk', which runs" in line
    assert 'tools/test.py' in line


def test_a_work_dir_that_is_a_file_is_named(tmp_path):
    (tmp_path / 'file').write_text('kept')
    for script in ('deploy.py', 'torch2onnx.py'):
        output = run(script, DEPLOY, MODEL, CHECKPOINT, IMAGE, '--work-dir', tmp_path / 'file', code=1)
        assert f"NotADirectoryError: folder '{tmp_path / 'file'}' cannot be made: " in output.splitlines()[-1]


def test_deploy_with_a_file_that_is_not_there(tmp_path):
    assert "img 'none.png' does not exist" in _failure(
        tmp_path, DEPLOY, MODEL, CHECKPOINT, 'none.png')


@pytest.mark.parametrize('content, reason', [('no image', ', expected a file that OpenCV knows, e.g. PNG or JPEG'),
                                             ('', ': the file is empty')])
@pytest.mark.parametrize('option', ['img', 'test_img'])
def test_deploy_with_a_file_that_is_no_image(content, reason, option, tmp_path):
    bad = tmp_path / 'a.png'
    bad.write_text(content)
    line = _failure(tmp_path, DEPLOY, MODEL, CHECKPOINT, *([bad] if option == 'img' else [IMAGE, '--test-img', bad]))
    assert line.endswith(f"check of the configs failed. ValueError: image '{bad}' cannot be read{reason}")


def test_an_image_is_read_before_the_model(tmp_path):
    bad = tmp_path / 'a.png'
    bad.write_text('')
    output = run('torch2onnx.py', DEPLOY, MODEL, tmp_path / 'none.pth', bad, '--work-dir', tmp_path, code=1)
    assert output.splitlines()[-1] == f"error: ValueError: image '{bad}' cannot be read: the file is empty"


def test_deploy_goes_on_without_a_picture(tmp_path, monkeypatch, caplog):
    """Codebases refuse to draw on some images, e.g. those of one column."""
    monkeypatch.setattr('mmdeploy.codebase.mmcls.deploy.classification.Classification.visualize',
                        lambda *args, **kwargs: cv2.resize(np.zeros((9, 1, 3), np.uint8), (0, 9)))
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    try:
        code = tool.main([DEPLOY, MODEL, CHECKPOINT, IMAGE, '--work-dir', str(tmp_path), '--dump-info', '--no-golden'])
    finally:
        logger.removeHandler(caplog.handler)
    assert code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ['deploy.json', 'detail.json', 'end2end.onnx', 'pipeline.json']
    texts = {record.getMessage() for record in caplog.records if record.levelno == logging.WARNING}
    for engine in ('onnxruntime', 'pytorch'):
        start = (f'output_{engine}.jpg is not written, the conversion goes on: the result of {engine} could not be '
                 'drawn. error: OpenCV')
        assert any(text.startswith(start) for text in texts)


def test_errors_of_test_py_are_one_line(tmp_path, dataset):
    output = run('test.py', DEPLOY, MODEL, '--model', tmp_path / 'no.onnx', '--metrics', 'accuracy', *dataset, code=1)
    assert 'error: ' in output and 'no.onnx' in output and 'Traceback' not in output
    output = run('test.py', DEPLOY, MODEL, '--model', tmp_path / 'no.onnx', '--metrics', 'accuracy', '--cfg-options',
                 f'data.test.data_prefix={tmp_path}/none', code=1)
    assert 'none' in output and 'Traceback' not in output


def test_deploy_with_a_checkpoint_that_does_not_fit(tmp_path):
    cfg = _config(tmp_path, f"_base_ = ['{MODEL}']\n"
                  'model = dict(head=dict(num_classes=4))\n')
    line = _failure(tmp_path, DEPLOY, cfg, CHECKPOINT, IMAGE)
    assert 'torch2onnx failed. ValueError: checkpoint' in line
    assert "'head.fc.weight' has shape 10x64, the model needs 4x64" in line


def test_deploy_with_a_damaged_checkpoint(tmp_path):
    path = tmp_path / 'bad.pth'
    path.write_bytes(Path(CHECKPOINT).read_bytes()[:1000])
    assert 'torch2onnx failed. ' in _failure(tmp_path, DEPLOY, MODEL, path,
                                             IMAGE)


def test_test_py(converted, dataset, tmp_path):
    work_dir, _ = converted
    log, out = tmp_path / 'test.log', tmp_path / 'out.pkl'
    output = run('test.py', DEPLOY, MODEL, '--model', work_dir /
                 'end2end.onnx', '--metrics', 'accuracy', '--checkpoint',
                 CHECKPOINT, '--out', out, '--log2file', log, '--speed-test',
                 '--warmup', 1, '--log-interval', 1, *dataset)
    assert output.count('accuracy_top-1 : 100.00') == 2
    assert '|        same label        |    2' in output
    assert '[onnxruntime]-1 times per count: ' in log.read_text()
    assert 'accuracy_top-1 : 100.00' in log.read_text()
    assert mmcv.load(str(out))['accuracy_top-1'] == 100


def test_test_py_of_an_sdk_model(converted, dataset):
    work_dir, _ = converted
    output = run('test.py', SDK, MODEL, '--model', work_dir, '--metrics',
                 'accuracy', '--checkpoint', CHECKPOINT, *dataset)
    assert output.count('accuracy_top-1 : 100.00') == 2
    assert '|        same label        |    2' in output


def test_test_py_wants_a_pickle():
    output = run('test.py', DEPLOY, MODEL, '--model', 'x', '--out', 'a.json',
                 code=1)
    assert 'The output file must be a pkl file.' in output


@pytest.mark.parametrize('model, name', [('end2end.onnx', 'onnxruntime'),
                                         (CHECKPOINT, 'pytorch')])
def test_profile(converted, model, name):
    output = run('profile.py', DEPLOY, MODEL, IMAGES, '--model',
                 converted[0] / model, '--device', 'cpu', '--shape', '40x32',
                 '--num-iter', 20, '--warmup', 2)
    assert '----- Settings:' in output and '|   shape    | 40x32 |' in output
    assert '----- Results:' in output and '| Median |' in output
    assert f'[{name}]-20 times per count: ' in output


def test_profile_of_an_sdk_model(converted):
    output = run('profile.py', DEPLOY, MODEL, IMAGES, '--model', converted[0],
                 '--device', 'cpu', '--num-iter', 5, '--warmup', 1)
    for stage in ('Preprocess', 'resnet', 'postprocess', 'total'):
        assert f'| {stage} ' in ' '.join(output.split())


def test_profile_of_a_damaged_sdk_model(converted, tmp_path):
    (tmp_path / 'deploy.json').write_text('{}')
    output = run('profile.py', DEPLOY, MODEL, IMAGES, '--model', tmp_path,
                 '--device', 'cpu', code=1)
    assert 'deploy.json:/: required keys missing' in output


def test_profile_without_shape_or_images(converted, tmp_path):
    args = ('profile.py', DEPLOY, MODEL)
    model = ('--model', converted[0] / 'end2end.onnx', '--device', 'cpu')
    assert 'give one: --shape HxW' in run(*args, IMAGES, *model, code=1)
    assert 'no images in' in run(*args, tmp_path, *model, code=1)
    assert "--shape is '32', expected HxW" in run(
        *args, IMAGES, *model, '--shape', '32', code=1)


def test_torch2onnx(tmp_path):
    run('torch2onnx.py', DEPLOY, MODEL, CHECKPOINT, IMAGE, '--work-dir',
        tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ['end2end.onnx']


def test_extract(tmp_path):
    def mark(source, target, kind, name):
        node = helper.make_node(
            'Mark', [source], [target], domain='mmdeploy', dtype=1, shape=[2],
            func='f', func_id=0, type=kind, id=0)
        # The keyword `name` would name the node.
        node.attribute.append(helper.make_attribute('name', name))
        return node

    value = helper.make_tensor_value_info
    graph = helper.make_graph([
        helper.make_node('Neg', ['in'], ['a']),
        mark('a', 'b', 'input', 'x'),
        helper.make_node('Relu', ['b'], ['c']),
        mark('c', 'd', 'output', 'y'),
        helper.make_node('Neg', ['d'], ['out'])
    ], 'g', [value('in', TensorProto.FLOAT, [2])],
        [value('out', TensorProto.FLOAT, [2])])
    path = str(tmp_path / 'marked.onnx')
    onnx.save(helper.make_model(graph), path)
    output = run('extract.py', path, tmp_path / 'part', '--start', 'f:input',
                 '--end', 'f[0]:output')
    assert 'Available marks:' in output
    part = onnx.load(str(tmp_path / 'part.onnx'))
    assert [(n.op_type, *n.input, *n.output) for n in part.graph.node] == [
        ('Relu', 'x', 'y')
    ]
    output = run('extract.py', path, tmp_path / 'other', '--start', 'f:inputt',
                 '--end', 'f:output', code=1)
    assert "error: 'f:inputt' is no mark; expected 'func:input'" in output
    assert 'Traceback' not in output
    assert not (tmp_path / 'other.onnx').exists()


def test_check_env():
    output = run('check_env.py')
    assert 'MMDeploy: 0.7.0+' in output
    assert 'ops_is_avaliable : True' in output
    assert 'mmcls:\t0.25.0' in output


def test_every_tool_has_help():
    for script in ('deploy.py', 'test.py', 'profile.py', 'torch2onnx.py',
                   'extract.py'):
        assert 'usage:' in run(script, '--help')


def test_quantization_is_refused(tmp_path):
    work_dir = tmp_path / 'work'
    output = deploy(DEPLOY, MODEL, CHECKPOINT, IMAGE, '--work-dir', work_dir,
                    '--quant', code=1)
    assert '--quant and --quant-image-dir are for the backend ncnn: this release has no quantization' in (
        output)




def test_what_the_sdk_cannot_run_is_refused_before_anything_is_built(tmp_path):
    from tests.models.detectors import detector_config
    config = tmp_path / 'config.py'
    detector_config('retinanet').dump(str(config))
    output = deploy('configs/mmdet/detection/two-stage_partition_onnxruntime_dynamic.py', config, CHECKPOINT, IMAGE,
                    '--work-dir', tmp_path / 'work', '--dump-info', code=1)
    assert "RetinaNet has one stage and cannot be cut as 'two_stage'" in output
    assert not list((tmp_path / 'work').iterdir())
