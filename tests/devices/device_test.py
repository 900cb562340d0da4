"""Networks on the fake device, whose memory the host cannot touch, through Python and the command."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('mmdeploy_python')
from mmdeploy_python import Classifier, Net  # noqa: E402

TASKS = Path(__file__).resolve().parents[2] / 'mmdeploy/task'


@pytest.fixture(autouse=True)
def engine_path(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [repository / 'build/lib/fake_device', repository / 'build/lib']
    monkeypatch.setenv('MMDEPLOY_ENGINE_PATH', ':'.join(map(str, folders)))


def on_device(model: Path, folder: Path) -> Path:
    """A copy of a model that runs on the fake device, in the engine that it was made for."""
    shutil.copytree(model, folder)
    deploy = json.loads((folder / 'deploy.json').read_text())
    for net in deploy['models']:
        net['engine_options'] = {'engine': net['backend']}
        net['backend'] = 'fake_device'
    (folder / 'deploy.json').write_text(json.dumps(deploy))
    return folder


def test_a_net_takes_and_gives_arrays_of_the_host() -> None:
    network = TASKS / 'classifier/golden/model/colour.json'
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    found = Net(network, 'fake_device', 'cuda', 1)({'input': images})
    np.testing.assert_array_equal(found['output'], Net(network, 'example')({'input': images})['output'])


def test_a_classifier(tmp_path: Path) -> None:
    model = TASKS / 'classifier/golden/model'
    image = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    expected = Classifier(str(model), 'cpu', 0)(image)
    assert expected and Classifier(str(on_device(model, tmp_path / 'model')), 'cuda', 0)(image) == expected


def test_an_engine_of_a_device_says_what_it_runs_on(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="engine 'fake_device' runs on 'cuda', found device 'cpu'"):
        Classifier(str(on_device(TASKS / 'classifier/golden/model', tmp_path / 'model')), 'cpu', 0)


def test_a_converted_model(digits_model: Path, tmp_path: Path, mmdeploy_command: str, repository: Path) -> None:
    model = on_device(digits_model, tmp_path / 'model')

    def run(*arguments: str) -> str:
        done = subprocess.run([mmdeploy_command, *arguments], capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    image = str(repository / 'zoo/mmcls/images/digit_7.png')
    assert (run('infer', str(model), image, '--json', '--device', 'cuda') ==
            run('infer', str(digits_model), image, '--json'))
    assert 'passed' in run('verify', str(model), '--device', 'cuda')
    steps = run('inspect', str(model), '--device', 'cuda')
    assert "copy of 'prep_output' to cuda:0" in steps and "copy of 'infer_output' to cpu" in steps
