"""`mmdeploy verify` names the stage that was damaged on purpose."""
import json
import shutil
import subprocess

import onnx
import pytest
from onnx import numpy_helper


def _verify(command, model):
    return subprocess.run([command, 'verify', str(model)], capture_output=True, text=True)


@pytest.fixture
def model(digits_model, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(digits_model, tmp_path / 'model')


def _edit_pipeline(model, change):
    path = model / 'pipeline.json'
    pipeline = json.loads(path.read_text())
    change(pipeline['pipeline']['tasks'])
    path.write_text(json.dumps(pipeline))


def test_an_untouched_model_passes(mmdeploy_command, model):
    done = _verify(mmdeploy_command, model)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'passed: the model computes what it computed when it was converted' in done.stdout


def _shift_mean(tasks):
    step = next(t for t in tasks[0]['transforms'] if t['type'] == 'Normalize')
    step['mean'] = [m + 1 for m in step['mean']]


def _drop_pillow(tasks):
    step = next(t for t in tasks[0]['transforms'] if t['type'] == 'Resize')
    step['backend'] = 'pillow' if step.get('backend', 'cv2') == 'cv2' else 'cv2'


@pytest.mark.parametrize('damage', [_shift_mean, _drop_pillow])
def test_damaged_preprocessing_is_named(mmdeploy_command, model, damage):
    _edit_pipeline(model, damage)
    done = _verify(mmdeploy_command, model)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED: the first stage that differs is 'preprocess', tensor 'img': " in done.stdout
    assert ' elements differ: at most ' in done.stdout


def test_a_damaged_network_is_named(mmdeploy_command, model):
    path = str(model / 'end2end.onnx')
    graph = onnx.load(path)
    weights = graph.graph.initializer[0]
    weights.CopyFrom(numpy_helper.from_array(-numpy_helper.to_array(weights), weights.name))
    onnx.save(graph, path)
    done = _verify(mmdeploy_command, model)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED: the first stage that differs is 'net', tensor 'output': " in done.stdout


def test_damaged_postprocessing_is_named(mmdeploy_command, model):
    _edit_pipeline(model, lambda tasks: tasks[2]['params'].update(softmax=True))
    done = _verify(mmdeploy_command, model)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED: the first stage that differs is 'postprocess', its 'result': " in done.stdout


def test_a_model_without_golden_data_says_what_to_do(mmdeploy_command, model):
    shutil.rmtree(model / 'golden')
    done = _verify(mmdeploy_command, model)
    assert done.returncode == 2
    assert 'carries no golden data' in done.stderr
    assert 'convert it again without --no-golden' in done.stderr


def test_a_zip_of_the_model_passes_too(mmdeploy_command, model, tmp_path):
    archive = shutil.make_archive(str(tmp_path / 'zipped'), 'zip', model)
    assert _verify(mmdeploy_command, archive).returncode == 0
