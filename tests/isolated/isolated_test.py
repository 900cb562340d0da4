"""`--isolated`: what an engine cannot survive ends a child process; everything else passes through unchanged."""
import json
import os
import resource
import shutil
import subprocess

import pytest
from PIL import Image

DEPLOY = """{"version": "0.7.0", "task": "Classifier", "customs": [], "models": [
  {"name": "net", "net": "net.txt", "weights": "", "backend": "openvino", "precision": "FP32", "batch_size": 1,
   "dynamic_shape": true}]}"""
PIPELINE = '{"pipeline": {"input": ["a"], "output": ["b"], "tasks": []}}'
ADVICE = ("its limits are 4096 MB of memory, {} s of processor time and {} s by the clock: if the model is yours and "
          "needs more, raise --isolated-memory, --isolated-seconds or --isolated-wall-seconds, else the model is "
          "damaged or made to do harm: do not open it without --isolated\n")


def _run(*arguments, **environment):
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=60,
                          env={**os.environ, **environment})


@pytest.fixture
def inspect_hostile(mmdeploy_command, repository, tmp_path):
    """Inspects a model whose engine does what a word says."""

    def inspect(word: str, *arguments: str):
        (tmp_path / 'deploy.json').write_text(DEPLOY)
        (tmp_path / 'pipeline.json').write_text(PIPELINE)
        (tmp_path / 'net.txt').write_text(word)
        return _run(mmdeploy_command, 'inspect', tmp_path, *arguments,
                    MMDEPLOY_ENGINE_PATH=str(repository / 'build' / 'lib' / 'hostile'))

    return inspect


@pytest.mark.parametrize('word, how', [
    ('abort', 'was ended by signal 6 (Aborted)'),
    ('fault', 'was ended by signal 11 (Segmentation fault)'),
    ('exit', 'ended with exit status 0 and without a result'),
    ('spin', 'used more than 1 s of processor time'),
])
def test_the_end_of_the_child_is_an_error(inspect_hostile, tmp_path, word, how):
    done = inspect_hostile(word, '--isolated', '--isolated-seconds', '1')
    assert done.returncode == 2
    assert done.stdout == ''
    assert done.stderr == (f"error: model '{tmp_path}': the child process {how} in engine openvino; "
                           f'{ADVICE.format(1, 1800)}')


def test_a_child_that_sleeps_is_ended(inspect_hostile, tmp_path):
    done = inspect_hostile('sleep', '--isolated', '--isolated-wall-seconds', '1')
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr == (f"error: model '{tmp_path}': the child process was not done after 1 s in engine openvino; "
                           f'{ADVICE.format(600, 1)}')


def test_without_isolation_the_engine_ends_the_command(inspect_hostile):
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    assert inspect_hostile('abort').returncode == -6


def test_an_engine_that_is_out_of_memory_says_how_much_it_had(inspect_hostile):
    done = inspect_hostile('throw', '--isolated', '--isolated-memory', '512')
    assert (done.returncode, done.stderr) == (
        2, 'error: more than 512 MB of memory are needed, see --isolated-memory\n')


def test_an_error_passes_through(inspect_hostile):
    plain, isolated = inspect_hostile('refuse'), inspect_hostile('refuse', '--isolated')
    assert 'the network is refused' in plain.stderr
    assert (isolated.returncode, isolated.stdout, isolated.stderr) == (2, plain.stdout, plain.stderr)


def test_limits_need_isolation(inspect_hostile):
    done = inspect_hostile('refuse', '--isolated-memory', '512')
    assert done.returncode != 0
    assert '--isolated-memory requires --isolated' in done.stderr


def test_too_little_memory_for_a_good_model_is_an_error(mmdeploy_command, digits_model):
    done = _run(mmdeploy_command, 'inspect', digits_model, '--isolated', '--isolated-memory', '1')
    assert done.returncode == 2
    assert done.stderr.startswith("error: engine 'onnxruntime': cannot open library ")


@pytest.mark.parametrize('limit', [130, 200])
def test_an_image_that_is_too_large_for_the_limit_names_the_option(mmdeploy_command, repository, tmp_path, limit):
    Image.new('RGB', (4000, 3000)).save(tmp_path / 'large.png')
    model = repository / 'mmdeploy/task/restorer/golden/model'
    done = _run(mmdeploy_command, 'infer', model, tmp_path / 'large.png', '--isolated', '--isolated-memory', str(limit))
    assert done.returncode == 2
    assert done.stderr.startswith('error: ')
    assert done.stderr.endswith(f'more than {limit} MB of memory are needed, see --isolated-memory\n')


@pytest.mark.parametrize('command', ['infer', 'verify', 'inspect'])
def test_a_good_model_gives_the_same(mmdeploy_command, repository, digits_model, command):
    images = [repository / 'zoo/mmcls/images/digit_7.png'] if command == 'infer' else []
    plain = _run(mmdeploy_command, command, digits_model, *images)
    isolated = _run(mmdeploy_command, command, digits_model, *images, '--isolated')
    assert plain.returncode == 0 and plain.stdout
    assert (isolated.returncode, isolated.stdout, isolated.stderr) == (0, plain.stdout, plain.stderr)


def test_a_failed_check_keeps_its_status(mmdeploy_command, digits_model, tmp_path):
    model = shutil.copytree(digits_model, tmp_path / 'model')
    pipeline = json.loads((model / 'pipeline.json').read_text())
    pipeline['pipeline']['tasks'][2]['params']['softmax'] = True
    (model / 'pipeline.json').write_text(json.dumps(pipeline))
    done = _run(mmdeploy_command, 'verify', model, '--isolated')
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'FAILED: the first stage that differs is ' in done.stdout
    assert done.stderr == ''
